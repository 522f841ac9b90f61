"""`carrybook init`: a workspace to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.console import show

Folder = Annotated[Path, typer.Argument(help="Folder of the workspace; it is made.", show_default=False)]


def init(folder: Folder) -> None:
    """Make a workspace: the starter book to edit, settings, and room for recordings."""
    from engine.operations.workspaces import make_workspace

    for made in make_workspace(folder):
        show(str(made))
    show(f"go on with: cd {folder} && carrybook rules check && carrybook run")
