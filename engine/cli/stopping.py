"""Stopping a run that goes on: a request to end is heard between cycles, never in the middle of one."""

from __future__ import annotations

import os
import select
import signal
from types import FrameType, TracebackType
from typing import Self


class Stop:
    """Hears SIGTERM while it is open, and waits for it.

    A byte in a pipe stands for the signal: writing it is safe at any point of the program, and waiting for it
    ends at once.
    """

    __slots__ = ("_before", "_heard", "_told")

    def __enter__(self) -> Self:
        self._heard, self._told = os.pipe()
        os.set_blocking(self._told, False)
        self._before = signal.signal(signal.SIGTERM, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGTERM, self._before)
        os.close(self._heard)
        os.close(self._told)

    @property
    def asked(self) -> bool:
        """Whether the process was asked to end."""
        return self.wait(0.0)

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until the process is asked to end; whether it was."""
        ready, _, _ = select.select([self._heard], [], [], seconds)
        return bool(ready)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        try:
            os.write(self._told, b"\0")
        except BlockingIOError:
            return  # so many signals wait already that the pipe is full
