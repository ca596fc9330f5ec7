"""What is set before torch comes in."""

import os

import pytest

from engine.environment import network_threads, prepare_environment, usable_cores


def test_offline_is_a_promise_and_waiting_is_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("GOMP_SPINCOUNT", "7")
    monkeypatch.setattr(os, "environ", os.environ.copy())
    prepare_environment()
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    assert os.environ["DISABLE_SAFETENSORS_CONVERSION"] == "1"
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
    assert os.environ["GOMP_SPINCOUNT"] == "7"
    assert os.environ["OMP_NUM_THREADS"] == str(max(usable_cores() - 1, 1))


@pytest.mark.parametrize(("chosen", "threads"), [("3", 3), ("0", None), ("many", None)])
def test_threads_are_the_persons_choice_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, chosen: str, threads: int | None
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", chosen)
    assert network_threads() == (threads or max(usable_cores() - 1, 1))
