"""Where the command begins: early enough to hear an interrupt while everything else is still imported."""

from __future__ import annotations

import os
import signal
import sys

INTERRUPTED = 130
"""The exit code of a command that was interrupted."""


def main() -> None:
    """Run the command line; the entry point of `carrybook`.

    Until the command runs, and after it, nothing needs to be closed, and an interrupt ends the process at
    once. Meanwhile it is an exception, so that files and locks are closed.
    """
    signal.signal(signal.SIGINT, _leave)
    from engine.cli.app import app

    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        app(prog_name="carrybook")
    finally:
        signal.signal(signal.SIGINT, _leave)


def _leave(*_: object) -> None:
    os.write(sys.__stderr__.fileno() if sys.__stderr__ is not None else 2, b"interrupted\n")
    os._exit(INTERRUPTED)
