"""The describer: BLIP captions, image-text vectors, matching and questions; usable alone.

::

    from pathlib import Path
    from engine.opening import open_describer

    describer = open_describer("sample")  # or a folder; seconds
    picture = describer.prepare(Path("photo.jpg"))
    (said,) = describer.caption([picture])
    print(said.caption, said.score)

``open_describer`` gives a :class:`engine.describer.Describer`; that class is the whole interface:
``describe``, ``caption``, ``propose``, ``embed_text``, ``match``, ``score``, ``ask``, ``locate``.
Plain values and numpy come out of it, never tensors.

Everything heavy lives in :mod:`engine.blip` (torch) and :mod:`engine.training` (transformers too).
What a gallery process may import is small and torch-free: :mod:`engine.protocol` (the messages),
:mod:`engine.wire` (how they travel), :mod:`engine.images` (the one decode rule),
:mod:`engine.checkpoints` (what can describe) and, as the entry point of the child process,
:mod:`engine.worker`.
"""
