"""Why there is no value.

The standard answers a wrong operation with null and goes on. Both exceptions here live inside the
interpreter only: it turns the first into null and a `Diagnostic` where the operation stands, the second
into null for the whole text.
"""

from __future__ import annotations


class NoValueError(Exception):
    """An operation has no value by the standard.

    Attributes:
        code: The stable identifier of the fault.
        message: What is wrong, in one sentence.
        hint: What to do about it.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class ExhaustedError(Exception):
    """A text asks for more work, memory or depth than one evaluation may take."""
