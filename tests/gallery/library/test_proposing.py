"""Wordings asked of the engine, kept, and asked for again; a toy engine answers."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.checkpoints import DescriberSet
from engine.protocol import CheckpointRef
from gallery.catalog import Catalog
from gallery.domain import Folder, FoundFile, Metadata
from gallery.errors import KnownError
from gallery.library.engine_client import EngineClient
from gallery.library.events import EventBus
from gallery.library.proposing import WORDINGS, Proposer, propose
from gallery.processes import child
from tests.gallery.library import toy_engine

_REF = CheckpointRef("toy", "1", "/nowhere")
_SET = DescriberSet("toy", _REF, _REF, False, "", "")
_DRAWN_ONLY = DescriberSet("toy", _REF, _REF, True, "", "")


@pytest.fixture(autouse=True)
def _quick_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_BACKOFF_S", (0.01,) * 5)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def client() -> Iterator[Callable[[DescriberSet], EngineClient]]:
    made: list[EngineClient] = []

    def make(chosen: DescriberSet) -> EngineClient:
        made.append(EngineClient(chosen, EventBus(), entry=toy_engine.serve))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def engine(client: Callable[[DescriberSet], EngineClient]) -> EngineClient:
    return client(_SET)


def photo(catalog: Catalog, name: str, *, folder: Folder | None = None) -> int:
    folder = folder or catalog.add_folder(Path("/pictures"))
    (photo_id,) = catalog.add_files(folder.id, [FoundFile(folder.path / name, 1, 1)])
    catalog.set_metadata([(photo_id, Metadata("JPEG", 6, 4, None, "file", b"content"))])
    return photo_id


def test_candidates_of_a_file_come_back_in_order(engine: EngineClient) -> None:
    proposal = propose(engine, Path("/a/dog.jpg"), candidates=2, seed=4)
    assert [one.text for one in proposal.candidates] == [
        "a dog", "a dog by draw 4.0", "a dog by draw 4.1",
    ]  # fmt: skip
    assert propose(engine, Path("/a/bad.jpg")).detail == "It is damaged."


def test_what_the_engine_refuses_is_told_in_its_words(engine: EngineClient) -> None:
    with pytest.raises(KnownError, match="not enough memory"):
        propose(engine, Path("/a/refused.jpg"))


def test_a_photo_that_ends_the_engine_twice_is_told_and_the_next_is_proposed_for(
    engine: EngineClient,
) -> None:
    with pytest.raises(KnownError):
        propose(engine, Path("/a/deadly.jpg"))
    assert propose(engine, Path("/a/cat.jpg")).candidates


def test_wordings_are_kept_and_more_are_other_ones(catalog: Catalog, engine: EngineClient) -> None:
    photo_id = photo(catalog, "dog.jpg")
    proposer = Proposer(catalog, engine)
    assert proposer.can_propose
    assert proposer.kept(photo_id) == ()
    first = proposer.propose(photo_id)
    assert len(first) == WORDINGS + 1
    assert (first[0].text, first[0].score, first[0].settings) == ("a dog", 0.6, "beam 3")
    assert first[0].checkpoint_id == first[0].matcher_id == "toy"
    assert not first[0].unsure
    more = proposer.propose(photo_id)
    assert len(more) == 2 * WORDINGS + 1
    assert {one.text for one in first} < {one.text for one in more}
    assert proposer.kept(photo_id) == more


def test_a_describer_with_nothing_else_to_say_ends_in_what_there_is(
    catalog: Catalog, engine: EngineClient
) -> None:
    photo_id = photo(catalog, "terse.jpg")
    proposer = Proposer(catalog, engine)
    first = proposer.propose(photo_id)
    assert [one.text for one in first] == ["a terse"]
    assert proposer.propose(photo_id) == first


def test_a_photo_that_cannot_be_read_is_told(catalog: Catalog, engine: EngineClient) -> None:
    with pytest.raises(KnownError, match="It is damaged"):
        Proposer(catalog, engine).propose(photo(catalog, "bad.jpg"))


def test_a_question_that_is_cancelled_ends_at_once(catalog: Catalog, engine: EngineClient) -> None:
    ignored, dog = photo(catalog, "ignored.jpg"), photo(catalog, "dog.jpg")
    proposer = Proposer(catalog, engine)
    proposer.propose(dog)
    told: list[str] = []

    def ask() -> None:
        try:
            proposer.propose(ignored)
        except KnownError as error:
            told.append(error.message)

    asking = threading.Thread(target=ask)
    asking.start()
    while asking.is_alive():
        proposer.cancel()
        asking.join(0.02)
    assert told == ["The describer gave no answer."]
    proposer.cancel()
    assert proposer.propose(dog)


def test_the_sample_set_proposes_only_where_it_may_and_is_unsure_of_photographs(
    catalog: Catalog, client: Callable[[DescriberSet], EngineClient]
) -> None:
    proposer = Proposer(catalog, client(_DRAWN_ONLY))
    own = catalog.add_folder(Path("/pictures"))
    photo_id = photo(catalog, "dog.jpg", folder=own)
    with pytest.raises(KnownError, match="drawn scenes only"):
        proposer.propose(photo_id)
    catalog.allow_sample(own.id)
    assert all(one.unsure for one in proposer.propose(photo_id))
    samples = catalog.add_folder(Path("/samples"), is_sample_gallery=True)
    drawn = photo(catalog, "boat.jpg", folder=samples)
    assert not any(one.unsure for one in proposer.propose(drawn))


def test_without_a_captioner_nothing_can_be_proposed(
    catalog: Catalog, client: Callable[[DescriberSet], EngineClient]
) -> None:
    engine = client(DescriberSet("words", None, _REF, False, "", ""))
    proposer = Proposer(catalog, engine)
    assert not proposer.can_propose
    with pytest.raises(KnownError, match="makes no captions"):
        proposer.propose(photo(catalog, "dog.jpg"))
    assert engine.pid is None


def test_a_caption_goes_on_from_a_persons_beginning_and_nothing_is_stored(
    catalog: Catalog, engine: EngineClient
) -> None:
    photo_id = photo(catalog, "dog.jpg")
    proposer = Proposer(catalog, engine)
    assert proposer.go_on(photo_id, "our Rex,") == "our Rex, a dog"
    assert catalog.history(photo_id) == ()
    assert proposer.kept(photo_id) == ()
    with pytest.raises(KnownError, match="It is damaged"):
        proposer.go_on(photo(catalog, "bad.jpg", folder=catalog.folders()[0]), "our")


def test_describing_again_puts_other_words_behind_a_persons(
    catalog: Catalog, engine: EngineClient
) -> None:
    photo_id = photo(catalog, "dog.jpg")
    proposer = Proposer(catalog, engine)
    assert proposer.describe_again(photo_id)
    first = catalog.photo(photo_id).caption
    assert first is not None
    assert first.text == "a dog"
    assert proposer.describe_again(photo_id)
    second = catalog.photo(photo_id).caption
    assert second is not None
    assert second.text.startswith("a dog by draw")
    catalog.edit_caption(photo_id, "our Rex")
    assert proposer.describe_again(photo_id)
    shown = catalog.photo(photo_id).caption
    assert shown is not None
    assert shown.text == "our Rex"
    catalog.edit_caption(photo_id, None)
    third = catalog.photo(photo_id).caption
    assert third is not None
    assert third.text not in {"a dog", second.text}


def test_who_has_no_other_words_changes_nothing(catalog: Catalog, engine: EngineClient) -> None:
    photo_id = photo(catalog, "terse.jpg")
    proposer = Proposer(catalog, engine)
    assert proposer.describe_again(photo_id)
    assert not proposer.describe_again(photo_id)
    assert len(catalog.history(photo_id)) == 1
