"""What kind of answer a question wants, told by its words."""

import re

YES_OR_NO = ("yes", "no")
_ASKS_YES_OR_NO = re.compile(
    r"(?:is|are|was|were|am|do|does|did|can|could|has|have|had|will|would|should)(?:n['’]t)?\s",
    re.IGNORECASE,
)
_NAMES_CHOICES = re.compile(r"\bor\b", re.IGNORECASE)


def wants_yes_or_no(question: str) -> bool:
    """Whether a question can only be answered with yes or no: "is it a cat?", not "a cat or …"."""
    asked = question.strip()
    return bool(_ASKS_YES_OR_NO.match(asked)) and not _NAMES_CHOICES.search(asked)
