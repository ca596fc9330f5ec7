"""Measure a checkpoint on scenes that training never drew.

::

    python -m engine.training.evaluate [--checkpoint DIR] [--scenes 1000] [--json FILE]

Each scene is drawn large, saved as JPEG, decoded and squashed as any photo would be. Two rows:
held-out scenes, and scenes with a pair of things that training never shows together.
"""

import argparse
import io
import json
import random
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from engine.training import measures
from engine.training.answer_reference import AnswerReference
from engine.training.drawing import render
from engine.training.edits import wrong_wording
from engine.training.evaluate_answers import answer_scores, honesty
from engine.training.pointing import pointing
from engine.training.reference import Reference
from engine.training.scenes import HELD_OUT_FIRST, Scene, sample
from engine.training.things import COLOURS, NOUNS, SETTINGS
from engine.training.wording import phrase, read

_SHORT_SIDE_PX = 480
_RERANKED = 32
_WITHHELD_OFFSET = 10_000_000


def photo(scene: Scene, short_side_px: int = _SHORT_SIDE_PX, quality: int = 88) -> Image.Image:
    """Return `scene` as a photo file gives it: drawn large, saved as JPEG, decoded."""
    wide = round(short_side_px * max(1.0, scene.aspect))
    tall = round(short_side_px * max(1.0, 1 / scene.aspect))
    buffer = io.BytesIO()
    render(scene, wide, tall).save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def held_out(count: int, *, from_withheld: bool) -> list[Scene]:
    """Return `count` scenes from seeds that training never uses."""
    first = HELD_OUT_FIRST + (_WITHHELD_OFFSET if from_withheld else 0)
    return [sample(first + i, from_withheld=from_withheld) for i in range(count)]


def see(reference: Reference, scenes: list[Scene]) -> torch.Tensor:
    """Return image tokens (N, tokens, width) of the photos of `scenes`."""
    parts = []
    for start in range(0, len(scenes), 50):
        pictures = [photo(scene) for scene in scenes[start : start + 50]]
        parts.append(reference.see(reference.pixels(pictures)))
    return torch.cat(parts)


def reranked(
    reference: Reference, captions: list[str], seen: torch.Tensor, cosine: np.ndarray
) -> np.ndarray:
    """Return scores (texts, pictures): ITM logit + cosine for the best 32, the rest far below."""
    scores = cosine - 1000.0
    for row, text in enumerate(captions):
        best = np.argsort(-cosine[row])[:_RERANKED]
        logits = reference.match_logits([text] * len(best), seen[torch.from_numpy(best)])
        scores[row, best] = logits[:, 1].numpy() + cosine[row, best]
    return scores


def part_queries(scenes: list[Scene]) -> dict[str, list[str]]:
    """Return short queries by sort: single words, colours, settings, and parts of captions."""
    tinted = [noun.name for noun in NOUNS if noun.tintable]
    parts = [phrase(scene.content, 17 + i) for i, scene in enumerate(scenes[:200])]
    return {
        "a noun": [noun.name for noun in NOUNS],
        "a plural": [noun.plural for noun in NOUNS if noun.plural != noun.name],
        "a colour and a noun": [f"{colour} {name}" for name in tinted for colour in COLOURS],
        "a setting": list(SETTINGS),
        "other wordings and parts": parts,
    }


def query_scores(
    reference: Reference, vectors: np.ndarray, scenes: list[Scene]
) -> dict[str, float]:
    """Return mean precision at the number of true matches, in percent, for each sort of query."""
    result: dict[str, float] = {}
    for sort, queries in part_queries(scenes).items():
        scores = reference.text_vectors(queries).numpy() @ vectors.T
        each = [
            measures.found(row, read(query) or frozenset(), scenes)
            for query, row in zip(queries, scores, strict=True)
        ]
        known = [value for value in each if value is not None]
        result[sort] = round(100 * float(np.mean(known)), 1)
    return result


def match_scores(reference: Reference, scenes: list[Scene], seen: torch.Tensor) -> dict[str, float]:
    """Return ITM's calibration on each scene's caption and on a minimally wrong one."""
    rng = random.Random(5)
    true = [scene.caption for scene in scenes]
    false = [wrong_wording(scene.content, scene.meaning, None, rng) for scene in scenes]
    logits = reference.match_logits([*true, *false], torch.cat([seen, seen]))
    probability = logits.softmax(-1)[:, 1].numpy()
    return measures.calibration(probability, np.arange(len(probability)) < len(true))


def evaluate(
    reference: Reference, scenes: list[Scene], answerer: AnswerReference | None = None
) -> dict[str, Any]:
    """Return every figure of `reference`, and of an `answerer` on its eyes, on `scenes`."""
    seen = see(reference, scenes)
    captions = [scene.caption for scene in scenes]
    vectors = reference.image_vectors(seen).numpy()
    cosine = reference.text_vectors(captions).numpy() @ vectors.T
    figures = {
        "scenes": len(scenes),
        "captions, beam 3": asdict(measures.caption_scores(scenes, reference.captions(seen, 3))),
        "captions, greedy": asdict(measures.caption_scores(scenes, reference.captions(seen, 1))),
        "R@1 by ITC": measures.first_right(cosine, scenes),
        "R@1 after ITM": measures.first_right(reranked(reference, captions, seen, cosine), scenes),
        "queries by ITC": query_scores(reference, vectors, scenes),
        "ITM, caption or minimal pair": match_scores(reference, scenes, seen),
        "where a word is seen (pointing game)": pointing(reference.folder, scenes, seen),
    }
    if answerer is not None:
        figures["answers right"] = answer_scores(answerer, scenes, seen)
        figures["how many, right"] = honesty(answerer, reference, scenes, seen)
    return figures


def table(results: dict[str, dict[str, Any]]) -> str:
    """Return `results` (row name -> figures) as text, one line a figure."""
    lines = [f"{'':44}" + "".join(f"{name:>18}" for name in results)]

    def put(name: str, values: list[Any], depth: int) -> None:
        if isinstance(values[0], dict):
            lines.append("  " * depth + name)
            for key in values[0]:
                put(key, [value.get(key, "-") for value in values], depth + 1)
        else:
            lines.append(f"{'  ' * depth + name:44}" + "".join(f"{v:>18}" for v in values))

    for key in next(iter(results.values())):
        put(key, [figures[key] for figures in results.values()], 0)
    return "\n".join(lines)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, default=Path("resources/checkpoints/sample"))
    parser.add_argument("--scenes", type=int, default=1000)
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    reference = Reference(arguments.checkpoint)
    folder = arguments.checkpoint / "answerer"
    answerer = AnswerReference(folder) if folder.is_dir() else None
    results = {
        name: evaluate(reference, held_out(arguments.scenes, from_withheld=withheld), answerer)
        for name, withheld in (("held-out scenes", False), ("withheld pairs", True))
    }
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(table(results))


if __name__ == "__main__":
    main()
