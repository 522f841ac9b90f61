"""What the parts of the checker share."""

from __future__ import annotations

from typing import Protocol

from engine.language import syntax
from engine.language.core import Core
from engine.language.names import Scope


class Checking(Protocol):
    """A check under way: turns syntax into typed trees and collects faults.

    Attributes:
        scope: The names that the text may use.
        subject: The value under test, written `?` in a cell; None in a formula.
    """

    scope: Scope
    subject: Core | None

    def check(self, node: syntax.Node) -> Core | None:
        """The typed tree of `node`, or None after reporting why there is none."""

    def report(self, node: syntax.Node, code: str, message: str, hint: str = "") -> None:
        """Note a fault at `node`."""

    def quote(self, node: syntax.Node) -> str:
        """The text of `node`, for messages."""
