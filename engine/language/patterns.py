"""Whether a pattern can be searched for."""

from __future__ import annotations

import polars as pl


def find_pattern_fault(pattern: str) -> str:
    """Why the engine refuses `pattern`, or an empty text if it takes it."""
    try:
        pl.select(pl.lit("").str.contains(pattern))
    except pl.exceptions.ComputeError as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        return lines[-1].removeprefix("error: ") if lines else "it is not a regular expression"
    return ""
