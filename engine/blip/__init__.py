"""BLIP on plain torch: captions, image-text vectors (ITC) and matching (ITM).

Image size, vector size, token ids and prompt always come from the checkpoint. What transformers
computes is the reference: tests hold every answer against it, but nothing here imports it.
"""
