"""Write a trained state as a checkpoint folder in transformers' own layout.

One folder serves BlipForConditionalGeneration and BlipForImageTextRetrieval::

    python -m engine.training.export --state FOLDER/state.pt --out resources/checkpoints/sample
"""

import argparse
import json
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import BlipImageProcessorPil, GenerationConfig

from engine.training import tokens
from engine.training.model import (
    MAX_LENGTH,
    TRAINING_ONLY,
    SampleBlip,
    checkpoint_weights,
    sample_config,
)
from engine.training.objectives import MEAN, STD

CLASSES = ["BlipForConditionalGeneration", "BlipForImageTextRetrieval"]


def export(model: SampleBlip, out: Path, step: int) -> None:
    """Write `model`, trained for `step` steps, into the folder `out`, file by file atomically.

    Other files in `out`, such as the model card, stay.
    """
    with replacing_files(out) as fresh:
        _write_config(model, fresh, step)
        tokens.save(tokens.captions(), fresh, MAX_LENGTH)
        write_settings(fresh, model.config.vision_config.image_size, MAX_LENGTH)
        save_file(checkpoint_weights(model), fresh / "model.safetensors", metadata={"format": "pt"})


@contextmanager
def replacing_files(out: Path) -> Generator[Path]:
    """Let files be written into a fresh folder; at the end they take their places in `out`."""
    fresh = out.parent / f".{out.name}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    yield fresh
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted(fresh.iterdir()):
        path.chmod(0o644)
        path.replace(out / path.name)
    fresh.rmdir()


def write_settings(folder: Path, image_px: int, max_length: int) -> None:
    """Write how pictures are prepared, and how texts of at most `max_length` tokens are written."""
    BlipImageProcessorPil(
        size={"height": image_px, "width": image_px},
        image_mean=list(MEAN),
        image_std=list(STD),
        resample=3,
    ).save_pretrained(folder)
    GenerationConfig(
        bos_token_id=tokens.DEC,
        eos_token_id=tokens.SEP,
        pad_token_id=tokens.PAD,
        max_length=max_length,
    ).save_pretrained(folder)


def _write_config(model: SampleBlip, folder: Path, step: int) -> None:
    model.config.save_pretrained(folder)
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["architectures"] = CLASSES
    config["dtype"] = "float16"
    config["photo_narrator"] = {
        "name": "sample",
        "domain": "drawn scenes",
        "prompt": "",
        "max_length": MAX_LENGTH,
        "enc_token_id": tokens.ENC,
        "trained_at_step": step,
    }
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def begin_from(model: SampleBlip, checkpoint: Path) -> int:
    """Fill `model` with an exported checkpoint's weights; return the step it had reached.

    What only training uses is not in there and stays as it is.
    """
    stored = load_file(checkpoint / "model.safetensors")
    lacking = model.load_state_dict({k: v.float() for k, v in stored.items()}, strict=False)
    unknown = [name for name in lacking.missing_keys if not name.startswith(TRAINING_ONLY)]
    if unknown or lacking.unexpected_keys:
        raise ValueError(f"{checkpoint} is of another shape: {unknown or lacking.unexpected_keys}")
    config = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))
    return int(config["photo_narrator"]["trained_at_step"])


def load_state(path: Path) -> tuple[SampleBlip, int]:
    """Return the model of a training state and the step it has reached."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    model = SampleBlip(sample_config(**state["shape"]))
    model.load_state_dict(state["model"])
    return model, int(state["step"])


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--state", type=Path, help="training state; random weights without it")
    parser.add_argument("--out", type=Path, default=Path("resources/checkpoints/sample"))
    arguments = parser.parse_args()
    torch.manual_seed(0)
    if arguments.state:
        model, step = load_state(arguments.state)
    else:
        model, step = SampleBlip(sample_config()), 0
    export(model, arguments.out, step)


if __name__ == "__main__":
    main()
