"""Train the sample answerer on the frozen image encoder of a sample checkpoint.

::

    python -m engine.training.train_answers --checkpoint DIR --steps 2000 --out FOLDER
        [--resume] [--start-from ANSWERER] [--export-to DIR/answerer]

No weight of the checkpoint changes, so no caption, vector or score does. Steps count, not minutes;
the same seed gives the same weights on one machine, also where a run was resumed. A run that starts
from an answerer, perhaps on other eyes, goes on at the step which that one had reached, so that no
picture is drawn twice.
"""

import argparse
import json
import math
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from engine.training.answer_batches import AnswerBatch, make_answer_batch
from engine.training.answerer import (
    SampleAnswerer,
    answerer_config,
    begin_from,
    frozen_vision,
    go_on_from,
)
from engine.training.batches import produced
from engine.training.export_answerer import export_answerer
from engine.training.objectives import normalised
from engine.training.train import optimisers_of, step_down

_WARM_UP = 100


@dataclass(frozen=True)
class AnswerPlan:
    """What a run is to do: steps in all, pictures a step, questions a picture, highest rate."""

    steps: int
    pictures: int = 64
    questions: int = 6
    peak: float = 1.0e-3
    seed: int = 0
    bfloat16: bool = True


class AnswerTrainer:
    """An answerer, its optimisers, and the step they have reached; `first` is where they began."""

    def __init__(self, plan: AnswerPlan, checkpoint: Path) -> None:
        """Start at step 0 with the text networks of `checkpoint`."""
        self.plan = plan
        self.first = self.step = 0
        torch.manual_seed(plan.seed)
        self.vision = frozen_vision(checkpoint)
        self.model = SampleAnswerer(answerer_config(checkpoint))
        begin_from(self.model, checkpoint)
        self.optimisers = optimisers_of(self.model)

    def start_from(self, answerer: Path) -> None:
        """Take the weights and the step of an exported answerer; the optimisers start anew."""
        self.first = self.step = go_on_from(self.model, answerer)

    def rate(self) -> float:
        """Return the learning rate of the coming step: warm-up, then a cosine to zero."""
        taken, whole = self.step - self.first, self.plan.steps - self.first
        warm = min(1.0, (taken + 1) / min(_WARM_UP, 1 + whole // 10))
        done = min(1.0, taken / max(1, whole))
        return self.plan.peak * warm * 0.5 * (1 + math.cos(math.pi * done))

    def learn(self, batch: AnswerBatch) -> float:
        """Take one step on `batch` and return its loss."""
        generator = torch.Generator().manual_seed(self.plan.seed * 1_000_003 + self.step)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.plan.bfloat16):
            seen = self._see(normalised(torch.from_numpy(batch.pixels), generator))
            loss = self.model.loss(batch.questions, batch.answers, seen)
        step_down(loss, self.model, self.optimisers, self.rate())
        self.step += 1
        return loss.item()

    @torch.no_grad()
    def _see(self, pixels: Tensor) -> Tensor:
        seen: Tensor = self.vision(pixel_values=pixels).last_hidden_state
        return seen

    def save(self, path: Path) -> None:
        """Write everything needed to go on, atomically."""
        state = {
            "first": self.first,
            "step": self.step,
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


def run(trainer: AnswerTrainer, out: Path) -> None:
    """Train to the plan's end, keeping `answerer.pt` in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    plan, path = trainer.plan, out / "answerer.pt"
    first, started = trainer.step, time.monotonic()
    if trainer.step >= plan.steps:
        return
    make = partial(make_answer_batch, size=plan.pictures, each=plan.questions, seed=plan.seed)
    for batch in produced(make, trainer.step):
        loss = trainer.learn(batch)
        last = trainer.step >= plan.steps
        if trainer.step % 50 == 0 or last:
            speed = (trainer.step - first) / (time.monotonic() - started)
            left_min = round((plan.steps - trainer.step) / speed / 60)
            line = {"step": trainer.step, "loss": round(loss, 3), "steps_per_s": round(speed, 3)}
            print(json.dumps(line | {"left_min": left_min}), flush=True)
        if trainer.step % 200 == 0 or last:
            trainer.save(path)
        if last:
            break


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    sample = Path("resources/checkpoints/sample")
    parser.add_argument("--checkpoint", type=Path, default=sample, help="whose eyes are used")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for the training state")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--start-from", type=Path, help="an answerer's folder to go on from")
    parser.add_argument("--pictures", type=int, default=AnswerPlan.pictures, help="a step")
    parser.add_argument("--questions", type=int, default=AnswerPlan.questions, help="a picture")
    parser.add_argument("--peak", type=float, default=AnswerPlan.peak, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--export-to", type=Path, help="DIR/answerer, when all steps are taken")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    plan = AnswerPlan(
        arguments.steps,
        arguments.pictures,
        arguments.questions,
        arguments.peak,
        arguments.seed,
    )
    trainer = AnswerTrainer(plan, arguments.checkpoint)
    state = arguments.out / "answerer.pt"
    if arguments.resume and state.exists():
        trainer.load(state)
    elif arguments.start_from:
        trainer.start_from(arguments.start_from)
    run(trainer, arguments.out)
    if arguments.export_to:
        export_answerer(trainer.model, arguments.checkpoint, arguments.export_to, trainer.step)


if __name__ == "__main__":
    main()
