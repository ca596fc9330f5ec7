"""Messages survive the border unchanged, and nothing else gets through."""

import dataclasses
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import protocol
from engine.protocol import CODEC
from engine.wire import Codec, WireError

_MESSAGES = [
    value
    for value in vars(protocol).values()
    if isinstance(value, type) and dataclasses.is_dataclass(value)
]
_PARTS = {
    "CheckpointRef",
    "PhotoTask",
    "Candidate",
    "Proposal",
    "Guess",
    "DeviceFound",
}  # of messages
_SENT = [message for message in _MESSAGES if message.__name__ not in _PARTS]


def _any_text() -> st.SearchStrategy[str]:
    return st.text(st.characters(), max_size=20)  # with lone surrogates: names that are no UTF-8


st.register_type_strategy(str, _any_text())
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


@pytest.mark.parametrize("message", _SENT, ids=lambda cls: typing.cast(str, cls.__name__))
@given(data=st.data())
def test_every_message_survives_the_border(message: type, data: st.DataObject) -> None:
    sent = data.draw(st.builds(message))
    assert CODEC.decode(CODEC.encode(sent)) == sent


@given(frame=st.binary(max_size=200))
def test_rubbish_is_refused_as_rubbish(frame: bytes) -> None:
    with pytest.raises(WireError):
        CODEC.decode(frame)


@given(cut=st.integers(min_value=0, max_value=60))
def test_a_cut_frame_is_refused(cut: int) -> None:
    frame = CODEC.encode(protocol.TextEmbedded(1, b"vector", ("zebra",)))
    with pytest.raises(WireError):
        CODEC.decode(frame[: min(cut, len(frame) - 1)])


def test_a_field_of_another_type_is_refused() -> None:
    frame = CODEC.encode(protocol.EmbedText(1, "dog")).replace(b'"dog"', b"12345")
    with pytest.raises(WireError, match="12345"):
        CODEC.decode(frame)


def test_a_message_of_another_codec_is_not_sent() -> None:
    with pytest.raises(WireError, match="EmbedText"):
        Codec((protocol.Leave,)).encode(protocol.EmbedText(1, "dog"))


@pytest.mark.parametrize("head", [b"[]", b"{}", b'["EmbedText",[1]]', b'[["x"],{}]', b"7", b"null"])
def test_json_of_another_shape_is_refused(head: bytes) -> None:
    with pytest.raises(WireError):
        CODEC.decode(len(head).to_bytes(4, "little") + head)
