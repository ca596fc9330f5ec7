"""Where the networks run, and how running out of memory looks there."""

import torch

from engine.checkpoints import CheckpointError

_HOST_MEMORY = ("can't allocate memory", "not enough memory", "DefaultCPUAllocator")


def choose_device(wanted: str) -> torch.device:
    """The device of that name; ``auto``: an NVIDIA or AMD accelerator, Apple's, or the processor.

    Raises CheckpointError where the named one is not there.
    """
    there = usable_devices()
    torch.backends.cudnn.allow_tf32 = False  # exact captions, the same as on the processor
    if wanted == "auto":
        return torch.device(there[0])
    if wanted not in there:
        message = f"There is no device “{wanted}” here for the describer."
        raise CheckpointError(message, f"Available: {', '.join(reversed(there))}.")
    return torch.device(wanted)


def usable_devices() -> tuple[str, ...]:
    """The devices of this computer, the one that ``auto`` means first, the processor last."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return (*(name for name, present in there.items() if present), "cpu")


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether torch ran out of memory, on an accelerator or on the host."""
    if isinstance(error, torch.OutOfMemoryError):
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        return True
    return any(sign in str(error) for sign in _HOST_MEMORY)
