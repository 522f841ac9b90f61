"""The books that come with the engine."""

from __future__ import annotations

from pathlib import Path

import engine

STARTER = "funding-carry"


def find_starter(name: str = STARTER) -> Path:
    """The folder of a book that comes with the engine: inside the installed package, or in the checkout."""
    package = Path(engine.__file__).parent
    installed = package / "starter_rules"
    return (installed if installed.is_dir() else package.parent / "rules") / name
