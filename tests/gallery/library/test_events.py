import pytest

from gallery.library.events import EventBus, FoldersChanged, Notice


def test_every_subscriber_hears_every_event_until_it_leaves() -> None:
    bus, first, second = EventBus(), [], []
    leave = bus.subscribe(first.append)
    bus.subscribe(second.append)
    bus.publish(FoldersChanged())
    leave()
    bus.publish(Notice("full", "free some"))
    assert first == [FoldersChanged()]
    assert second == [FoldersChanged(), Notice("full", "free some")]


def test_a_subscriber_that_fails_keeps_nobody_else_from_hearing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bus, heard = EventBus(), []

    def fails(event: object) -> None:
        raise RuntimeError("a bug")

    bus.subscribe(fails)
    bus.subscribe(heard.append)
    bus.publish(FoldersChanged())
    assert heard == [FoldersChanged()]
    assert "a bug" in caplog.text
