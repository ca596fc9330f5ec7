"""A file of the authors' for the tests of importing it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.blip.authors import Authors, authors_file


@pytest.fixture(scope="session")
def authors(
    make_checkpoint: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Authors:
    vocabulary = tmp_path_factory.mktemp("words")
    words = (make_checkpoint("captioner") / "vocab.txt").read_text(encoding="utf-8").split()
    (vocabulary / "vocab.txt").write_text("\n".join(dict.fromkeys(words)) + "\n")
    return authors_file(tmp_path_factory.mktemp("original") / "model_base.pth", vocabulary)
