"""Processes that record are killed, again and again, while they write and merge."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from engine.recording.folders import FOLDERS
from engine.recording.reading import open_recording
from engine.recording.recorder import open_recorder


@pytest.mark.parametrize(
    ("seconds", "seed"), [(4, 1), pytest.param(120, 2, marks=pytest.mark.slow, id="long")]
)
@pytest.mark.parametrize("what", ["record", "compact"])
def test_no_told_cycle_is_lost_when_the_process_is_killed(
    made: Any, tmp_path: Path, what: str, seconds: float, seed: int
) -> None:
    delays, end = random.Random(seed), time.monotonic() + seconds
    told, kills = -1, 0
    while time.monotonic() < end:
        early = kills > 0 and delays.random() < 0.3
        last = run_and_kill(made, tmp_path, what, delays.uniform(0, 0.8), early=early)
        told, kills = max(told, last), kills + 1
        check_from_outside(made, tmp_path, told)
    with open_recorder(tmp_path, made.clock()) as recorder:
        assert [path for kind in FOLDERS for path in (tmp_path / kind).glob(".*")] == []
        numbers = range(len(recorder.recording.list_cycles()))
        assert len(numbers) in {told + 1, told + 2}
        made.check_recording(recorder.recording, numbers)
        recorder.record(made.make_cycle(len(numbers)))
        recorder.compact()
        made.check_recording(recorder.recording, range(len(numbers) + 1))
    assert kills > 1
    assert told > 5


def run_and_kill(made: Any, folder: Path, what: str, delay: float, *, early: bool) -> int:
    """Let a process record, and kill it a while after its first cycle, or after it began if `early`.

    Returns:
        The last cycle that it told of; -1 if it told of none.
    """
    with subprocess.Popen(
        [sys.executable, made.__file__, str(folder), what], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        first = "" if early else child.stdout.readline()
        time.sleep(delay)
        child.kill()
        lines = [first, *child.stdout.read().splitlines(keepends=True)]
    assert child.returncode == -signal.SIGKILL
    return max((int(line) for line in lines if line.endswith("\n")), default=-1)


def check_from_outside(made: Any, folder: Path, told: int) -> None:
    """Each cycle is there once, and its rows can be read, before anything is cleared up."""
    recording = open_recording(folder)
    times = recording.list_cycles()
    assert times == tuple(map(made.time_of, range(len(times))))
    assert len(times) in {told + 1, told + 2}
    quotes = recording.read_quotes(times[max(0, told - 20)])
    assert set(times[max(0, told - 20) :]) <= set(quotes["ts"])
    for at in times[-3:]:
        number = made.number_of(at)
        assert recording.read_cycle(at).decisions.equals(made.make_decisions(at, number))
