"""The describer alone: ``python -m engine photo.jpg [more] [--checkpoint NAME|FOLDER]``.

With ``--ask "how many dogs are there?"`` it answers that of each photo instead.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.checkpoints import SAMPLE, CheckpointError, find_set
from engine.describer import Describer, Picture, Reply
from engine.images import DecodeError
from engine.opening import open_describer, sample_dir
from engine.protocol import Precision

_DONE, _SOME_FAILED, _WRONG_USE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a caption and its score for each photo, or an answer to a question.

    Returns 0; 1 where some photos failed; 2 for wrong use or a checkpoint that cannot be used.
    """
    options = _options(arguments)
    try:
        chosen = find_set(options.checkpoint, sample_dir=sample_dir())
        if options.ask and chosen.answerer is None:
            raise CheckpointError(f"“{chosen.name}” answers no questions.", chosen.note)
        if not options.ask and chosen.captioner is None:
            raise CheckpointError(f"“{chosen.name}” makes no captions.", chosen.note)
        if chosen.knows_drawn_scenes_only:
            print(f"Describing with “{chosen.name}”. {chosen.note}", file=sys.stderr)
        describer = open_describer(
            options.checkpoint, device=options.device, precision=Precision(options.precision)
        )
        told = [_tell(describer, photo, options) for photo in options.photos]
    except CheckpointError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)
        return _WRONG_USE
    return _DONE if all(told) else _SOME_FAILED


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m engine", description="Describe photos.")
    parser.add_argument("photos", nargs="+", metavar="PHOTO")
    parser.add_argument("--checkpoint", default=SAMPLE, metavar="NAME|FOLDER")
    parser.add_argument("--beginning", default="", metavar="TEXT", help="how each caption begins")
    parser.add_argument("--ask", default="", metavar="QUESTION", help="answer this instead")
    parser.add_argument(
        "--choice", action="append", default=[], metavar="ANSWER", help="a possible answer; again"
    )
    parser.add_argument("--careful", action="store_true", help="search wider: slower, a bit better")
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"))
    parser.add_argument(
        "--precision",
        default=Precision.EXACT,
        choices=tuple(Precision),
        help="int8 is faster, and may change captions",
    )
    return parser.parse_args(arguments)


def _tell(describer: Describer, photo: str, options: argparse.Namespace) -> bool:
    try:
        picture = describer.prepare(Path(photo))
        if options.ask:
            line = _answer_line(describer.ask(options.ask, [picture], options.choice))
        else:
            line = _caption_line(describer, picture, options)
    except DecodeError as error:
        print(f"{photo}: {error.detail}", file=sys.stderr)
        return False
    except MemoryError:
        print(f"{photo}: There is not enough memory to describe this photo.", file=sys.stderr)
        return False
    how = "" if options.precision == Precision.EXACT else f"  [{options.precision}]"
    print(f"{photo}: {line}{how}")
    return True


def _caption_line(describer: Describer, picture: Picture, options: argparse.Namespace) -> str:
    (said,) = describer.caption([picture], beginning=options.beginning, careful=options.careful)
    return str(said.caption) + ("" if said.score is None else f"  (match {said.score:.2f})")


def _answer_line(reply: Reply) -> str:
    (answers,) = reply.answers
    said = ", ".join(f"{answer.text} ({answer.probability:.2f})" for answer in answers)
    unknown = f"  (unknown: {', '.join(reply.unknown_words)})" if reply.unknown_words else ""
    return f"a guess: {said or 'nothing'}{unknown}"


if __name__ == "__main__":
    sys.exit(main())
