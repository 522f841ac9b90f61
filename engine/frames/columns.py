"""What the columns of every frame share."""

from __future__ import annotations

import polars as pl

INSTANT = pl.Datetime("us", "UTC")
"""The one type of time: microseconds, UTC."""
