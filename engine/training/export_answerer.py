"""Write a trained answerer as a checkpoint folder that leans on another one's image encoder."""

import json
import os
from pathlib import Path

from safetensors.torch import save_file

from engine.blip.loading import Checkpoint
from engine.training import tokens
from engine.training.answerer import SampleAnswerer, answerer_weights
from engine.training.export import replacing_files, write_settings

ANSWER_TOKENS = 10  # the paper's, [DEC] and [SEP] among them


def export_answerer(model: SampleAnswerer, checkpoint: Path, out: Path, step: int) -> None:
    """Write `model`, trained for `step` steps on the image encoder of `checkpoint`, into `out`.

    The folder holds no vision weights. Its configuration names the checkpoint that does, relative
    to itself, and their hash: with other weights behind it, the answerer would talk nonsense.
    """
    with replacing_files(out) as fresh:
        model.config.save_pretrained(fresh)
        path = fresh / "config.json"
        config = json.loads(path.read_text(encoding="utf-8"))
        config["architectures"] = ["BlipForQuestionAnswering"]
        config["dtype"] = "float16"
        config["photo_narrator"] = {
            "name": "sample answerer",
            "domain": "drawn scenes",
            "enc_token_id": tokens.ENC,
            "vision": Path(os.path.relpath(checkpoint, out)).as_posix(),
            "vision_hash": Checkpoint(checkpoint).vision_hash(),
            "trained_at_step": step,
        }
        path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        tokens.save(tokens.answers(), fresh, model.config.text_config.max_position_embeddings)
        write_settings(fresh, model.config.vision_config.image_size, ANSWER_TOKENS)
        save_file(answerer_weights(model), fresh / "model.safetensors", metadata={"format": "pt"})
