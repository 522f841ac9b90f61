"""Values of options that cannot be taken, in the words of this program and not those of a library."""

from __future__ import annotations

import re
from datetime import datetime

_FORMS = re.compile(r"(?:Value error, )?'(?P<text>.*)' does not match the formats? (?P<forms>.*?)\.?")
_EXAMPLE = datetime(2026, 1, 31, 8, 30)  # noqa: DTZ001 - only shown, to tell a form
_WORDS = {
    r"Input should be a valid integer.*": "a whole number is needed",
    r"Input should be a valid number.*": "a number is needed",
    r"Input should be greater than or equal to (.*)": r"it is at least \1",
    r"Input should be less than or equal to (.*)": r"it is at most \1",
    r"Value error, (.*)": r"\1",
}


def explain_value(message: str) -> str:
    """What is wrong with the value of an option, said anew where a library said it.

    Args:
        message: What the library said.
    """
    date = _FORMS.fullmatch(message)
    if date is not None:
        forms = re.findall(r"'([^']+)'", date["forms"])
        written = " or ".join(_EXAMPLE.strftime(form) for form in forms)
        return f"`{date['text']}` is no date or time that is taken here; write it as {written}, in UTC"
    for pattern, words in _WORDS.items():
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found is not None:
            return found.expand(words)
    return message
