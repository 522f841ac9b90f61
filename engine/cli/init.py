"""`carrybook init`: a workspace to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.console import AsJson, show, show_json

Folder = Annotated[Path, typer.Argument(help="Folder of the workspace; it is made.", show_default=False)]


def init(folder: Folder, *, as_json: AsJson = False) -> None:
    """Make a workspace: the starter book to edit, settings, and room for recordings."""
    from engine.operations.workspaces import make_workspace

    made = make_workspace(folder)
    if as_json:
        show_json({"folder": str(folder), "made": [str(path) for path in made]})
        return
    for path in made:
        show(str(path))
    show(f"go on with: cd {folder} && carrybook rules check && carrybook run")
