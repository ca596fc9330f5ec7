"""From what a network wrote to a caption that can be read and spoken."""

import re

_PREAMBLE = re.compile(
    r"^(?:(?:there (?:is|are)|this is|(?:an? )?(?:\w+ )?(?:picture|photo|photograph|image|view) of"
    r"|an? close(?: ?- ?| )?up (?:\w+ )?of)\s+)+",
    re.IGNORECASE,
)
_INVENTED = re.compile(r"\b(?:an? )?araf+(?:e|ed|eed)?\b")
_WORD_AGAIN = re.compile(r"\b(\w+)(?: \1\b)+")
_WORDS_AGAIN = re.compile(r"\b(\w+(?: \w+){1,4})(?: \1\b){2,}")
_DANGLING = re.compile(
    r"(?:(?:^| )(?:an?|the|and|or|of|in|on|at|by|to|with|from|for|under|next to|that|which|is"
    r"|are))+$"
)


def plain_caption(text: str, prompt: str, *, ended: bool = True) -> str:
    """A caption without what says nothing: the prompt, "there is", "a close up of", loops.

    ``ended``: whether the network came to an end; otherwise the last words may hang in the air.
    """
    said = text.removeprefix(prompt).strip() if prompt else text.strip()
    said = tidy(said, ended=ended)
    shorter = _PREAMBLE.sub("", said).strip()
    return shorter or said


def tidy(text: str, *, ended: bool = True) -> str:
    """A text without invented words, words said again and again, and a last "with a"."""
    said = _INVENTED.sub("a", text)
    said = _WORDS_AGAIN.sub(r"\1", _WORD_AGAIN.sub(r"\1", said))
    return said if ended else _DANGLING.sub("", said)


def has_opening(text: str) -> bool:
    """Whether a text begins as captions do: "a picture of", "there is"."""
    return _PREAMBLE.match(f"{text.strip()} ") is not None
