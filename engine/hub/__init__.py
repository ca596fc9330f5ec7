"""Getting published checkpoints from the model hub, once a person said yes.

:mod:`engine.hub.offers` (what can be had), :mod:`engine.hub.store` (what is installed) and
:mod:`engine.hub.messages` are plain Python, for a gallery too. Everything that opens a connection
or a file of weights runs in a process of its own, whose entry is :mod:`engine.hub.worker`.
"""
