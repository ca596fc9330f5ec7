"""Where checkpoints come from, as huggingface_hub has it (``HF_ENDPOINT`` chooses another)."""

import importlib


def endpoint() -> str:
    """Return the hub's address; nothing is asked of it.

    Imports huggingface_hub's constants alone (50 ms): not for the thread of a window.
    """
    return str(importlib.import_module("huggingface_hub.constants").ENDPOINT)
