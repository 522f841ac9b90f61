"""Values of options that cannot be taken, in the words of this program and not those of a library."""

from __future__ import annotations

import re

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
    for pattern, words in _WORDS.items():
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found is not None:
            return found.expand(words)
    return message
