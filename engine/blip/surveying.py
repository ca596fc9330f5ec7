"""What can compute on this computer, and which of it was refused: for a person who chooses."""

import torch

from engine.blip.devices import usable_devices
from engine.blip.packing import usable_precisions
from engine.blip.trust import Verdicts, stored_verdicts, verdict_key
from engine.protocol import CheckpointRef, DeviceFound


def devices_found(
    refs: tuple[CheckpointRef | None, ...], verdicts: Verdicts | None = None
) -> tuple[DeviceFound, ...]:
    """The devices, the one that ``auto`` means first; ``verdicts``: those of this computer.

    ``refs``: captioner, matcher and answerer that the verdicts are to be about. Nothing is tried:
    what no describer has been opened with yet is not known, and not refused.
    """
    known = stored_verdicts() if verdicts is None else verdicts
    return tuple(_found(name, refs, known) for name in usable_devices())


def _found(name: str, refs: tuple[CheckpointRef | None, ...], known: Verdicts) -> DeviceFound:
    device, able = torch.device(name), usable_precisions(name)
    maker_name = torch.cuda.get_device_name(device) if name == "cuda" else ""
    refused = tuple(one for one in able if known.get(verdict_key(refs, device, one)) is False)
    return DeviceFound(name, maker_name, able, refused)
