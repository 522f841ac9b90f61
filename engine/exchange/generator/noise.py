"""Random numbers by purpose and block of time, and levels that revert to their mean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

BLOCK_HOURS = 240
"""Hours that are drawn at once. Another number would draw another market."""


class Purpose(IntEnum):
    """What numbers are drawn for; each purpose has streams of its own."""

    LISTING = 0
    START = 1
    PRICE = 2
    PREMIUM = 3
    SPIKE = 4
    BOOK = 5
    FAULT = 6
    FURTHER = 7
    FURTHER_BOOK = 8
    FURTHER_FAULT = 9


def open_stream(seed: int, purpose: Purpose, block: int = 0) -> np.random.Generator:
    """The numbers of one purpose in one block, whatever was drawn for others before.

    Raises:
        ValueError: The seed is negative.
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(purpose, block)))


@dataclass(frozen=True, slots=True)
class Reverting:
    """Levels that are pulled back to 0: each keeps a part of itself from hour to hour, and is pushed anew.

    Attributes:
        keep: The part that is left after an hour.
        spread: Standard deviation in the long run.
    """

    keep: FloatArray
    spread: FloatArray

    def draw_start(self, stream: np.random.Generator) -> FloatArray:
        """Levels as they are at any time."""
        return self.spread * stream.standard_normal(self.spread.size)

    def follow(self, level: FloatArray, shocks: FloatArray) -> FloatArray:
        """The levels of each hour after these.

        Args:
            level: Levels one hour before the first.
            shocks: Pushes of variance 1, a row per hour.
        """
        path: FloatArray = shocks * (self.spread * np.sqrt(1 - self.keep**2))
        for hour in range(len(path)):
            path[hour] += self.keep * level
            level = path[hour]
        return path


def revert(hours: float, spread: float | FloatArray, count: int) -> Reverting:
    """Levels of one kind: `hours` after which 1/e of a push is left, and their long-run deviation."""
    return Reverting(np.full(count, np.exp(-1 / hours)), np.broadcast_to(spread, count).astype(np.float64))


def join(*kinds: Reverting) -> Reverting:
    """Levels of several kinds side by side, so that one loop over time follows them all."""
    return Reverting(
        np.concatenate([kind.keep for kind in kinds]), np.concatenate([kind.spread for kind in kinds])
    )


def draw_heavy(stream: np.random.Generator, freedom: float, shape: tuple[int, int]) -> FloatArray:
    """Student's t of variance 1, bounded at 12 deviations, so that no price falls to nothing in an hour."""
    pushes: FloatArray = stream.standard_t(freedom, shape) * np.sqrt((freedom - 2) / freedom)
    return np.clip(pushes, -12, 12)
