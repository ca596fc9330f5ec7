"""Train the sample BLIP on drawn scenes; stop and go on at any time.

::

    python -m engine.training.train --steps 8000 --out FOLDER [--resume] [--start-from CHECKPOINT]

Steps count, not minutes. The learning rate falls to zero at the last step; resuming with another
`--steps` plans the rest of the way anew. The same seed gives the same weights on one machine.
A run that starts from a checkpoint goes on at the step which that one had reached, so that no
picture is drawn twice.

The layers' matrices are trained with Muon (Jordan et al. 2024, "Muon: An optimizer for hidden
layers"; step sizes matched to AdamW's as in arXiv 2502.16982), all else with AdamW.
"""

import argparse
import json
import math
import time
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.training.batches import Batch, stream
from engine.training.export import begin_from, export
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
    """A model, its optimisers, and the step they have reached; `first` is where they began."""

    def __init__(self, plan: Plan) -> None:
        """Start at step 0 with random weights."""
        self.plan = plan
        self.first = self.step = 0
        torch.manual_seed(plan.seed)
        self.model = SampleBlip(sample_config(**plan.shape))
        self.optimisers = optimisers_of(self.model)

    def start_from(self, checkpoint: Path) -> None:
        """Take the weights and the step of an exported checkpoint; the optimisers start anew."""
        self.first = self.step = begin_from(self.model, checkpoint)

    def rate(self) -> float:
        """Return the learning rate of the coming step: warm-up, then a cosine to zero."""
        taken = self.step - self.first
        done = min(1.0, taken / max(1, self.plan.steps - self.first))
        warm = min(1.0, (taken + 1) / _WARM_UP)
        return self.plan.peak * warm * 0.5 * (1 + math.cos(math.pi * done))

    def learn(self, batch: Batch) -> Losses:
        """Take one step on `batch` and return its losses."""
        generator = torch.Generator().manual_seed(self.plan.seed * 1_000_003 + self.step)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.plan.bfloat16):
            parts = losses(self.model, batch, generator)
        step_down(parts.total(), self.model, self.optimisers, self.rate())
        self.step += 1
        return parts

    def save(self, path: Path) -> None:
        """Write everything needed to go on, atomically."""
        state = {
            "first": self.first,
            "step": self.step,
            "shape": self.plan.shape,
            "model": self.model.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
        }
        fresh = path.with_suffix(".new")
        torch.save(state, fresh)
        fresh.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a saved state."""
        state = torch.load(path, map_location="cpu", weights_only=True)
        self.model.load_state_dict(state["model"])
        for optimiser, kept in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        self.first, self.step = int(state["first"]), int(state["step"])


def optimisers_of(model: nn.Module) -> list[torch.optim.Optimizer]:
    """Return Muon for the layers' matrices of `model`, and AdamW for all else."""
    matrices, others = _sorted_out(model)
    return [
        torch.optim.Muon(matrices, weight_decay=_DECAY, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, weight_decay=0.0, betas=(0.9, 0.98), fused=True),
    ]


def step_down(
    loss: Tensor, model: nn.Module, optimisers: list[torch.optim.Optimizer], rate: float
) -> None:
    """Lower `loss` by one step at this learning rate."""
    for group in (group for each in optimisers for group in each.param_groups):
        group["lr"] = rate
    model.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimiser in optimisers:
        optimiser.step()


def _sorted_out(model: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """Return the layers' matrices, and all other parameters (embeddings, heads, biases, norms)."""
    matrices: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, parameter in model.named_parameters():
        hidden = parameter.ndim == 2 and ".encoder.layer" in name
        (matrices if hidden else others).append(parameter)
    return matrices, others


def _report(trainer: Trainer, parts: Losses, started: float, first: int) -> None:
    speed = (trainer.step - first) / (time.monotonic() - started)
    shown = {name: round(value.item(), 3) for name, value in vars(parts).items()}
    left = (trainer.plan.steps - trainer.step) / speed / 60
    line = {"step": trainer.step, **shown, "steps_per_s": round(speed, 3), "left_min": round(left)}
    print(json.dumps(line), flush=True)


def begun(plan: Plan, state: Path | None, checkpoint: Path | None) -> Trainer:
    """Return a trainer that goes on from `state`, else from `checkpoint`, else from nothing."""
    trainer = Trainer(plan)
    if state and state.exists():
        trainer.load(state)
    elif checkpoint:
        trainer.start_from(checkpoint)
    return trainer


def run(trainer: Trainer, out: Path, *, export_to: Path | None, every: int) -> None:
    """Train to the plan's end, keeping `state.pt` in `out`; export every `every` steps."""
    out.mkdir(parents=True, exist_ok=True)
    path, plan = out / "state.pt", trainer.plan
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


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for the training state")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--start-from", type=Path, help="a checkpoint's folder to go on from")
    parser.add_argument("--batch-size", type=int, default=Plan.batch_size)
    parser.add_argument("--peak", type=float, default=Plan.peak, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--export-to", type=Path)
    parser.add_argument("--export-every", type=int, default=1000)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    plan = Plan(arguments.steps, arguments.batch_size, arguments.peak, arguments.seed)
    state = arguments.out / "state.pt" if arguments.resume else None
    trainer = begun(plan, state, arguments.start_from)
    run(trainer, arguments.out, export_to=arguments.export_to, every=arguments.export_every)


if __name__ == "__main__":
    main()
