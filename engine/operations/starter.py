"""The books that come with the engine."""

from __future__ import annotations

from pathlib import Path

STARTER = "funding-carry"
PACKAGE = Path(__file__).parents[1]


def find_starter(name: str = STARTER) -> Path:
    """The folder of a book that comes with the engine: inside the installed package, or in the checkout."""
    installed = PACKAGE / "starter_rules"
    return (installed if installed.is_dir() else PACKAGE.parent / "rules") / name
