"""The describer: BLIP captions, image-text vectors and matching; usable alone.

Everything heavy lives in :mod:`engine.blip` (torch) and :mod:`engine.training` (transformers too).
What a gallery process may import is small and torch-free: :mod:`engine.protocol` (the messages),
:mod:`engine.wire` (how they travel), :mod:`engine.images` (the one decode rule),
:mod:`engine.checkpoints` (what can describe) and, as the entry point of the child process,
:mod:`engine.worker`.
"""
