"""Measure a checkpoint on scenes that training never drew.

::

    python -m engine.training.evaluate [--checkpoint DIR] [--scenes 1000] [--json FILE]

Each scene is drawn large, saved as JPEG, decoded and squashed as any photo would be. Two rows:
held-out scenes, and scenes with a pair of things that training never shows together.
"""

import argparse
import json
import random
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.training import measures
from engine.training.answer_reference import AnswerReference
from engine.training.edits import wrong_wording
from engine.training.evaluate_answers import answer_scores, honesty
from engine.training.held_out import held_out, part_queries, see
from engine.training.match_floor import floor_figures
from engine.training.pointing import pointing
from engine.training.reference import Reference
from engine.training.scenes import Scene
from engine.training.wording import read

_RERANKED = 32


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
    floor = (reference.captioner.config.photo_narrator.get("search_floor") or {}).get("cosine")
    if floor is not None:
        figures["floor of search"] = floor_figures(reference, scenes, seen, float(floor))
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
