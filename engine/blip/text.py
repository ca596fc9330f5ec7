"""BLIP's text network: one stack of layers, used as encoder (ITC, ITM) and as decoder (captions).

Each layer attends to the text, then, where there is a picture, to its image tokens. The keys and
values of a picture are computed once, however many texts or beams look at it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from engine.blip.layers import Linear, Norm, attend, heads_of, joined, pieces
from engine.blip.loading import Weights
from engine.blip.shapes import TextShape

KeysValues = tuple[Tensor, Tensor]
"""(N, heads, L, d) each."""

Attention = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Query, keys and values (N, heads, L, d) to what was found (N, heads, L, d)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    qkv: Linear
    out: Linear
    after: Norm
    seen_query: Linear
    seen_keys_values: Linear
    seen_out: Linear
    seen_after: Norm
    widen: Linear
    narrow: Linear
    last: Norm


class TextStack:
    """Embeddings and layers; what encoder and decoder have in common."""

    def __init__(self, weights: Weights, shape: TextShape) -> None:
        """Take the tensors under ``embeddings.`` and ``encoder.``; raises CheckpointError."""
        self.shape = shape
        width = shape.width
        self.words = weights.tensor("embeddings.word_embeddings.weight", shape.vocabulary, width)
        self._places = weights.tensor(
            "embeddings.position_embeddings.weight", shape.positions, width
        )
        self._first = weights.norm("embeddings.LayerNorm", width, shape.norm_epsilon)
        self._layers = [
            _layer(weights.under(f"encoder.layer.{number}."), shape)
            for number in range(shape.layers)
        ]

    def embedded(self, ids: Tensor, begin: int = 0) -> Tensor:
        """The first states (N, L, width) of ids (N, L) that stand at ``begin`` and on."""
        places = self._places[begin : begin + ids.shape[1]]
        return self._first(functional.embedding(ids, self.words) + places)

    def keys_values(self, seen: Tensor) -> list[KeysValues]:
        """What each layer needs of image tokens (P, T, seen width)."""
        return [self._keys_values(layer, seen) for layer in self._layers]

    def read(
        self,
        states: Tensor,
        mask: Tensor,
        seen: Tensor | None,
        looking: Mapping[int, Attention] | None = None,
    ) -> Tensor:
        """Both directions: last states (N, L, width); ``mask`` (N, 1, 1, L) is True for words.

        ``seen`` holds the tokens of P pictures; N / P texts in a row look at each. ``looking``:
        another way to attend to them, by the number of the layer.
        """
        for number, layer in enumerate(self._layers):
            query, key, value = heads_of(layer.qkv(states), 3, self.shape.heads)
            states = layer.after(layer.out(joined(attend(query, key, value, mask))) + states)
            if seen is not None:  # one layer's at a time: all of them are 21 MB a photo
                attention = (looking or {}).get(number, attend)
                states = self._look(layer, states, self._keys_values(layer, seen), attention)
            states = _fed_forward(layer, states)
        return states

    def write(
        self,
        states: Tensor,
        said: Sequence[tuple[Tensor, Tensor]],
        begin: int,
        looked: Sequence[KeysValues],
    ) -> Tensor:
        """One direction: last states of what stands at ``begin`` and on.

        ``said``: for each layer, room for keys and values (N, heads, longest, d) of the words so
        far, filled on the way.
        """
        end = begin + states.shape[1]
        mask = _earlier(begin, end, states.device) if end - begin > 1 else None
        for layer, (keys, values), picture in zip(self._layers, said, looked, strict=True):
            query, key, value = heads_of(layer.qkv(states), 3, self.shape.heads)
            keys[:, :, begin:end], values[:, :, begin:end] = key, value
            heard = attend(query, keys[:, :, :end], values[:, :, :end], mask)
            states = layer.after(layer.out(joined(heard)) + states)
            states = _fed_forward(layer, self._look(layer, states, picture))
        return states

    def _keys_values(self, layer: _Layer, seen: Tensor) -> KeysValues:
        """Laid out for reading: each word said about a picture walks through all of them."""
        rows, length, _ = seen.shape
        heads = self.shape.heads
        room = (2, rows, heads, length, self.shape.width // heads)
        keys, values = seen.new_empty(room)
        for place in pieces(seen):
            found = heads_of(layer.seen_keys_values(seen[place]), 2, heads)
            keys[place], values[place] = found
        return keys, values

    def _look(
        self, layer: _Layer, states: Tensor, picture: KeysValues, attention: Attention = attend
    ) -> Tensor:
        """Attend to pictures; all words of all texts of one picture stand in one query."""
        keys, values = picture
        asked = layer.seen_query(states)
        (query,) = heads_of(asked.reshape(len(keys), -1, self.shape.width), 1, self.shape.heads)
        found = joined(attention(query, keys, values)).view(states.shape)
        return layer.seen_after(layer.seen_out(found) + states)


class TextEncoder:
    """Texts to states; equals transformers' BlipTextModel, with and without a picture."""

    def __init__(self, weights: Weights, shape: TextShape) -> None:
        """Take the tensors under ``text_encoder.``; raises CheckpointError."""
        self._stack = TextStack(weights.under("text_encoder."), shape)

    def first_states(
        self,
        ids: Tensor,
        mask: Tensor,
        seen: Tensor | None = None,
        looking: Mapping[int, Attention] | None = None,
    ) -> Tensor:
        """The first token's last state (N, width) of ids (N, L); ``mask`` is 1 for words.

        ``looking``: another way to attend to the picture, by the number of the layer.
        """
        return self.states(ids, mask, seen, looking)[:, 0]

    def states(
        self,
        ids: Tensor,
        mask: Tensor,
        seen: Tensor | None = None,
        looking: Mapping[int, Attention] | None = None,
    ) -> Tensor:
        """Every token's last state (N, L, width), as above."""
        words = mask.bool()[:, None, None, :]
        return self._stack.read(self._stack.embedded(ids), words, seen, looking)


class TextDecoder:
    """Next words; equals transformers' BlipTextLMHeadModel."""

    def __init__(self, weights: Weights, shape: TextShape) -> None:
        """Take the tensors under ``text_decoder.``; raises CheckpointError.

        A file may hold the output's weight and bias once: the word embeddings are the weight then.
        """
        there = weights.under("text_decoder.")
        self.stack = TextStack(there.under("bert."), shape)
        head = there.under("cls.predictions.")
        self._dense = head.head("transform.dense", shape.width, shape.width)
        self._norm = head.norm("transform.LayerNorm", shape.width, shape.norm_epsilon)
        weight = self.stack.words
        if "decoder.weight" in head:
            weight = head.tensor("decoder.weight", shape.vocabulary, shape.width)
        bias = "decoder.bias" if "decoder.bias" in head else "bias"
        self._words = there.as_head(Linear(weight, head.tensor(bias, shape.vocabulary)))

    def about(self, seen: Tensor, longest: int) -> "Telling":
        """Begin a text of at most ``longest`` words about each of P pictures (P, T, seen width)."""
        return Telling(self, self.stack.keys_values(seen), longest)

    def scores(self, states: Tensor) -> Tensor:
        """Scores of the next word (..., vocabulary) of states (..., width)."""
        return self._words(self._norm(self._dense.gelu(states))).float()


class Telling:
    """Texts in the making: what was said so far, and what is looked at.

    There may be several texts a picture, in a row; they share the picture's keys and values.
    """

    def __init__(self, decoder: TextDecoder, looked: Sequence[KeysValues], longest: int) -> None:
        self._decoder, self._stack = decoder, decoder.stack
        self._looked, self._longest = looked, longest
        self._length = 0
        keys, shape = looked[0][0], self._stack.shape
        room = (len(keys), shape.heads, longest, shape.width // shape.heads)
        self._said = [(keys.new_empty(room), keys.new_empty(room)) for _ in range(shape.layers)]

    def again(self) -> "Telling":
        """Begin other texts about the same pictures; what they are looked at by is shared."""
        return Telling(self._decoder, self._looked, self._longest)

    def next_scores(self, ids: Tensor) -> Tensor:
        """Scores (N, vocabulary) of what follows the further words ``ids`` (N, L)."""
        return self._decoder.scores(self._told(ids)[:, -1])

    def each_scores(self, ids: Tensor) -> Tensor:
        """Scores (N, L, vocabulary) of what follows each of the further words ``ids`` (N, L)."""
        return self._decoder.scores(self._told(ids))

    def _told(self, ids: Tensor) -> Tensor:
        states = self._stack.embedded(ids, self._length)
        states = self._stack.write(states, self._said, self._length, self._looked)
        self._length += ids.shape[1]
        return states

    def reorder(self, rows: Tensor) -> None:
        """Go on with these rows (N), in this order; each picture keeps equally many."""
        self._said = [
            (self._reordered(keys, rows), self._reordered(values, rows))
            for keys, values in self._said
        ]

    def _reordered(self, held: Tensor, rows: Tensor) -> Tensor:
        fresh = held.new_empty((len(rows), *held.shape[1:]))
        fresh[:, :, : self._length] = held[rows, :, : self._length]
        return fresh


def _layer(weights: Weights, shape: TextShape) -> _Layer:
    width, epsilon = shape.width, shape.norm_epsilon
    own, seen = weights.under("attention."), weights.under("crossattention.")
    return _Layer(
        qkv=own.linears(("self.query", "self.key", "self.value"), width, width),
        out=own.linear("output.dense", width, width),
        after=own.norm("output.LayerNorm", width, epsilon),
        seen_query=seen.linear("self.query", width, width),
        seen_keys_values=seen.linears(("self.key", "self.value"), width, shape.seen_width),
        seen_out=seen.linear("output.dense", width, width),
        seen_after=seen.norm("output.LayerNorm", width, epsilon),
        widen=weights.linear("intermediate.dense", shape.inner, width),
        narrow=weights.linear("output.dense", width, shape.inner),
        last=weights.norm("output.LayerNorm", width, epsilon),
    )


def _fed_forward(layer: _Layer, states: Tensor) -> Tensor:
    return layer.last(layer.narrow(layer.widen.gelu(states)) + states)


def _earlier(begin: int, end: int, device: torch.device) -> Tensor:
    """Which words each word may hear: itself and those before it (L, end)."""
    places = torch.arange(end, device=device)
    return places[None, :] <= places[begin:, None]
