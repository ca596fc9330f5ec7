"""Where the networks run, and how running out of memory looks there."""

import torch

from engine.checkpoints import CheckpointError

_HOST_MEMORY = ("can't allocate memory", "not enough memory", "DefaultCPUAllocator")


def choose_device(wanted: str) -> torch.device:
    """The device of that name; ``auto``: an NVIDIA or AMD accelerator, Apple's, or the processor.

    Raises CheckpointError where the named one is not there.
    """
    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    torch.backends.cudnn.allow_tf32 = False  # exact captions, the same as on the processor
    if wanted == "auto":
        return torch.device(next(name for name in ("cuda", "mps", "cpu") if there[name]))
    if not there.get(wanted, False):
        found = ", ".join(name for name, present in there.items() if present)
        message = f"There is no device “{wanted}” here for the describer."
        raise CheckpointError(message, f"Available: {found}.")
    return torch.device(wanted)


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether torch ran out of memory, on an accelerator or on the host."""
    if isinstance(error, torch.OutOfMemoryError):
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        return True
    return any(sign in str(error) for sign in _HOST_MEMORY)
