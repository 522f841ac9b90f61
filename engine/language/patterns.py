"""Whether a pattern can be searched for."""

from __future__ import annotations

import polars as pl

_NO_PATTERN = "it is not a regular expression"


def find_pattern_fault(pattern: str) -> str:
    """Why the engine refuses `pattern`, or an empty text if it takes it."""
    try:
        pl.select(pl.lit("").str.contains(pattern))
    except pl.exceptions.ComputeError as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        reasons = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
        return (reasons or [line.removeprefix("regex error: ") for line in lines] or [_NO_PATTERN])[0]
    return ""
