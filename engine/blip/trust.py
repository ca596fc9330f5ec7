"""Whether an accelerator says what the processor says: asked once, and remembered.

Apple's accelerator has written garbage with BLIP (salesforce/BLIP#131) without any error, so no
accelerator is used before it was held against the processor.
"""

import json
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch

from engine.blip.parts import Parts, parts_agree
from engine.checkpoints import CheckpointError
from engine.environment import cache_dir
from engine.protocol import CheckpointRef, Precision

_LOG = logging.getLogger(__name__)


def trusted(
    device: torch.device,
    mine: Parts,
    reference: Callable[[], Parts],
    key: str,
    verdicts: "Verdicts",
) -> bool:
    """Whether these networks, loaded on ``device``, may be used.

    ``reference`` loads the same set on the processor; it is called only where ``verdicts`` hold
    nothing for ``key``.
    """
    known = verdicts.get(key)
    if known is None:
        known = parts_agree(mine, reference())
        verdicts.put(key, agrees=known)
    if not known:
        _LOG.warning("%s disagrees with the processor on this computer", device)
    return known


def refusal(device: torch.device) -> CheckpointError:
    """What a person is told who asked for an accelerator that is not trusted."""
    return CheckpointError(
        f"“{device.type}” describes pictures otherwise than the processor does, on this computer "
        "and with this checkpoint, so it is not used.",
        "Choose the device “cpu”, or “auto”.",
    )


def verdict_key(
    refs: tuple[CheckpointRef | None, ...], device: torch.device, precision: Precision
) -> str:
    """What a verdict is for: checkpoints at their revisions, the device, and torch's version."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    sets = [f"{ref.id}@{ref.revision}" for ref in refs if ref is not None]
    return " | ".join([*sets, name, str(precision), torch.__version__])


def stored_verdicts() -> "Verdicts":
    """What was found out on this computer."""
    return Verdicts(cache_dir() / "accelerators.json")


class Verdicts:
    """A small JSON file; what cannot be read or written is asked again, and harms nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, key: str) -> bool | None:
        """What was found before; None where it is not known."""
        found = self._all().get(key)
        return found if isinstance(found, bool) else None

    def put(self, key: str, *, agrees: bool) -> None:
        """Remember; a crash leaves the old file or the new one."""
        told = {**self._all(), key: agrees}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(told, file, indent=2)
            Path(name).replace(self._path)
        except OSError as error:
            _LOG.warning("the check of the accelerator is not remembered: %s", error)

    def _all(self) -> dict[str, object]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
