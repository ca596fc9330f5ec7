"""Train the sample BLIP on drawn scenes; stop and go on at any time.

::

    python -m engine.training.train --steps 8000 --out FOLDER [--resume]

Steps count, not minutes. The learning rate falls to zero at the last step; resuming with another
`--steps` plans the rest of the way anew. The same seed gives the same weights on one machine.
"""

import argparse
import json
import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from engine.training.batches import Batch, stream
from engine.training.export import export
from engine.training.model import SampleBlip, sample_config
from engine.training.objectives import Losses, losses

_WARM_UP = 300
_DECAY = 0.05


@dataclass(frozen=True)
class Plan:
    """What a run is to do: `steps` in all, pictures a step, highest learning rate, seed."""

    steps: int
    batch_size: int = 96
    peak: float = 1.0e-3
    seed: int = 0
    bfloat16: bool = True
    shape: dict[str, int] = field(default_factory=dict)


class Trainer:
    """A model, its optimiser, and the step they have reached."""

    def __init__(self, plan: Plan) -> None:
        """Start at step 0 with random weights."""
        self.plan = plan
        self.step = 0
        torch.manual_seed(plan.seed)
        self.model = SampleBlip(sample_config(**plan.shape))
        parameters = list(self.model.parameters())
        groups: list[dict[str, Any]] = [
            {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": _DECAY},
            {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98), fused=True)

    def rate(self) -> float:
        """Return the learning rate of the coming step: warm-up, then a cosine to zero."""
        done = self.step / self.plan.steps
        warm = min(1.0, (self.step + 1) / _WARM_UP)
        return self.plan.peak * warm * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))

    def learn(self, batch: Batch) -> Losses:
        """Take one step on `batch` and return its losses."""
        generator = torch.Generator().manual_seed(self.plan.seed * 1_000_003 + self.step)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        with torch.autocast("cpu", torch.bfloat16, enabled=self.plan.bfloat16):
            parts = losses(self.model, batch, generator)
        self.optimiser.zero_grad(set_to_none=True)
        parts.total().backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        return parts

    def save(self, path: Path) -> None:
        """Write everything needed to go on, atomically."""
        state = {
            "step": self.step,
            "shape": self.plan.shape,
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        fresh = path.with_suffix(".new")
        torch.save(state, fresh)
        fresh.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a saved state."""
        state = torch.load(path, map_location="cpu", weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = int(state["step"])


def _report(trainer: Trainer, parts: Losses, started: float, first: int) -> None:
    speed = (trainer.step - first) / (time.monotonic() - started)
    shown = {name: round(value.item(), 3) for name, value in vars(parts).items()}
    left = (trainer.plan.steps - trainer.step) / speed / 60
    line = {"step": trainer.step, **shown, "steps_per_s": round(speed, 3), "left_min": round(left)}
    print(json.dumps(line), flush=True)


def run(plan: Plan, out: Path, *, resume: bool, export_to: Path | None, every: int) -> Trainer:
    """Train by `plan`, keeping `state.pt` in `out`; export to `export_to` every `every` steps."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "state.pt"
    trainer = Trainer(plan)
    if resume and path.exists():
        trainer.load(path)
    first, started = trainer.step, time.monotonic()
    if trainer.step < plan.steps:
        for batch in stream(trainer.step, plan.batch_size, plan.seed):
            parts = trainer.learn(batch)
            last = trainer.step >= plan.steps
            if trainer.step % 50 == 0 or last:
                _report(trainer, parts, started, first)
            if trainer.step % 200 == 0 or last:
                trainer.save(path)
            if export_to and (trainer.step % every == 0 or last):
                export(trainer.model, export_to, trainer.step)
            if last:
                break
    return trainer


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for the training state")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--batch-size", type=int, default=Plan.batch_size)
    parser.add_argument("--peak", type=float, default=Plan.peak, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--export-to", type=Path)
    parser.add_argument("--export-every", type=int, default=1000)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    plan = Plan(arguments.steps, arguments.batch_size, arguments.peak, arguments.seed)
    run(
        plan,
        arguments.out,
        resume=arguments.resume,
        export_to=arguments.export_to,
        every=arguments.export_every,
    )


if __name__ == "__main__":
    main()
