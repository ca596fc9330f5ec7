"""What can describe, as a person sees it."""

from pathlib import Path

import pytest

from engine.hub.messages import Wanted
from engine.hub.offers import OFFERS, Offer, offer_of
from engine.hub.store import RECORD, Store
from gallery.library.checkpoint_shelf import Shelved, choice_of, shelf


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "checkpoints")


def _install(store: Store, offer: Offer, *, commit: str = "") -> None:
    folders = []
    for wanted in offer.checkpoints:
        revision = commit or (wanted.revision if len(wanted.revision) == 40 else "a" * 40)
        folder = store.checkpoint_folder(wanted.repository, revision)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / RECORD).write_text(f'{{"repository": "{wanted.repository}"}}')
        folders.append(folder)
    store.add(offer.name, folders)


def _offer(name: str) -> Offer:
    found = offer_of(name)
    assert found is not None
    return found


def _by_name(items: list[Shelved]) -> dict[str, Shelved]:
    return {item.name: item for item in items}


def test_at_first_there_is_the_sample_and_everything_else_can_be_had(store: Store) -> None:
    items = shelf(store, "sample")
    assert [item.name for item in items] == ["sample", *(offer.name for offer in OFFERS)]
    assert items[0].in_use
    assert items[0].does[:2] == ("captions", "search")
    assert {item.state for item in items[1:]} == {"available"}
    assert all("research purposes" in item.note for item in items[1:])
    assert {item.licence for item in items[1:]} == {"BSD-3-Clause"}


def test_installed_outdated_and_unfinished_sets_are_told_apart(store: Store) -> None:
    _install(store, _offer("blip-base"))
    _install(store, _offer("blip-large"), commit="b" * 40)
    _install(store, _offer("blip-vqa-base"))
    store.begin("blip-itm-base", [], 1000)
    items = _by_name(shelf(store, "blip-base+blip-vqa-base"))
    assert items["blip-base"].state == "installed"
    assert items["blip-large"].state == "outdated"
    assert items["blip-vqa-base"].state == "installed"  # a branch is not followed by itself
    assert items["blip-vqa-base"].checkpoints == (Wanted("Salesforce/blip-vqa-base", "a" * 40),)
    assert items["blip-itm-base"].state == "unfinished"
    assert [name for name, item in items.items() if item.in_use] == ["blip-base", "blip-vqa-base"]


def test_a_set_that_only_answers_is_used_beside_another(store: Store) -> None:
    for name in ("blip-base", "blip-vqa-base", "blip-captioning-base"):
        _install(store, _offer(name))
    alone = shelf(store, "sample")
    assert choice_of(_by_name(alone)["blip-vqa-base"], alone) is None
    beside = shelf(store, "blip-base")
    assert choice_of(_by_name(beside)["blip-vqa-base"], beside) == "blip-base+blip-vqa-base"
    both = shelf(store, "blip-base+blip-vqa-base")
    other = _by_name(both)["blip-captioning-base"]
    assert choice_of(other, both) == "blip-captioning-base+blip-vqa-base"
    assert choice_of(_by_name(both)["sample"], both) == "sample"


def test_every_offer_is_pinned_or_answers_questions() -> None:
    assert len({offer.name for offer in OFFERS}) == len(OFFERS)
    for offer in OFFERS:
        for wanted in offer.checkpoints:
            assert len(wanted.revision) == 40 or offer.does == ("questions",)
