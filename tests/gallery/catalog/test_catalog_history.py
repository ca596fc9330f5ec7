"""Whatever happens in whatever order: a person's words win, and nothing said is ever lost."""

import shutil
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from engine.protocol import CheckpointRef, Reason
from gallery.catalog import Catalog
from gallery.domain import Facts, Failure, Origin
from tests.gallery.catalog.making import FOLDER, MATCHER, filled, found, metadata, said

PHOTOS = 3
WORDS = ["cat", "dogs", "café", "walrus", "two cups", "AND"]
CHECKPOINTS = [CheckpointRef(name, "r1", "") for name in ("small", "large")]
_RANK = {Origin.MODEL: 0, Origin.FILE: 1, Origin.PERSON: 2}

numbers = st.integers(0, PHOTOS - 1)
texts = st.sampled_from(WORDS)


class Captions(RuleBasedStateMachine):
    """A catalog beside the simplest thing that could be right: lists of what is valid."""

    folder: Path

    @initialize()
    def open(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.catalog = Catalog.open(self.folder / "catalog.sqlite")
        self.ids = filled(self.catalog, PHOTOS)
        # (origin, sure, text, what tells it from others) in the order they were said
        self.valid: list[list[tuple[Origin, bool, str, object]]] = [[] for _ in self.ids]
        self.ever: list[int] = [0] * PHOTOS
        self.changed = [False] * PHOTOS

    def _say(self, number: int, origin: Origin, text: str | None) -> None:
        old = [item for item in self.valid[number] if item[0] is origin]
        if [item[2] for item in old] == ([] if text is None else [text]):
            return
        self.valid[number] = [item for item in self.valid[number] if item[0] is not origin]
        if text is not None:
            self.valid[number].append((origin, True, text, None))
            self.ever[number] += 1

    @rule(number=numbers, text=st.none() | texts)
    def a_person_edits(self, number: int, text: str | None) -> None:
        self.catalog.edit_caption(self.ids[number], text)
        self._say(number, Origin.PERSON, text)

    @rule(
        chosen=st.sets(numbers, min_size=1),
        text=texts,
        by=st.sampled_from(CHECKPOINTS),
        unsure=st.booleans(),
    )
    def describers_speak(
        self, chosen: set[int], text: str, by: CheckpointRef, unsure: bool
    ) -> None:
        self.catalog.store_descriptions(
            [said(self.ids[number], text, unsure=unsure) for number in chosen],
            captioner=by,
            matcher=MATCHER,
        )
        for number in chosen:
            known = [item[2:] for item in self.valid[number]]
            if not self.changed[number] and (text, by) not in known:
                self.valid[number].append((Origin.MODEL, not unsure, text, by))
                self.ever[number] += 1

    @rule(number=numbers, mtime=st.integers(0, 2**40))
    def the_content_changes(self, number: int, mtime: int) -> None:
        file = found(f"IMG_{number:03}.jpg", mtime_ns=mtime)
        self.catalog.update_files([(self.ids[number], file)])
        self.changed[number] = True
        self.valid[number] = [item for item in self.valid[number] if item[0] is Origin.PERSON]

    @rule(number=numbers, text=st.none() | texts)
    def its_file_is_read(self, number: int, text: str | None) -> None:
        told = replace(metadata(number), facts=Facts(caption=text))
        self.catalog.set_metadata([(self.ids[number], told)])
        self._say(number, Origin.FILE, text)
        self.changed[number] = False

    @rule(number=numbers, missing=st.booleans())
    def it_vanishes_or_comes_back(self, number: int, missing: bool) -> None:
        self.catalog.set_missing([self.ids[number]], missing)

    @rule(number=numbers)
    def it_fails(self, number: int) -> None:
        self.catalog.set_failure(self.ids[number], Failure(Reason.INTERNAL, "It failed."))

    @rule()
    def the_folder_is_scanned_again(self) -> None:
        again = [found(f"IMG_{number:03}.jpg") for number in range(PHOTOS)]
        assert self.catalog.add_files(1, again) == []
        assert self.catalog.add_folder(FOLDER).id == 1

    @precondition(lambda self: hasattr(self, "catalog"))
    @rule()
    def the_program_starts_again(self) -> None:
        path = self.catalog.path
        self.catalog.close()
        self.catalog = Catalog.open(path)

    @invariant()
    def what_is_shown_follows_the_rule(self) -> None:
        for photo_id, valid in zip(self.ids, self.valid, strict=True):
            best = max(
                enumerate(valid), key=lambda item: (_RANK[item[1][0]], item[1][1], item[0]),
                default=None,
            )  # fmt: skip
            caption = self.catalog.photo(photo_id).caption
            assert (caption.text if caption else None) == (best[1][2] if best else None)
            person = [item[2] for item in valid if item[0] is Origin.PERSON]
            assert self.catalog.person_caption(photo_id) == (person[0] if person else None)

    @invariant()
    def nothing_said_is_lost(self) -> None:
        for photo_id, count in zip(self.ids, self.ever, strict=True):
            assert len(self.catalog.history(photo_id)) == count

    @invariant()
    def the_words_are_those_shown(self) -> None:
        assert self.catalog.check() == []
        for word in WORDS:
            shown = {
                photo.id
                for photo in self.catalog.photos(self.ids)
                if photo.caption and photo.caption.text == word
            }
            assert {i for i, _ in self.catalog.ids_with_words(word, limit=9)} == shown

    def teardown(self) -> None:
        if hasattr(self, "catalog"):
            self.catalog.close()


def test_a_persons_words_win_and_nothing_said_is_lost_whatever_happens(tmp_path: Path) -> None:
    class Here(Captions):
        folder = tmp_path / "catalog"

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
