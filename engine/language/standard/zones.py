"""Time zones: a fixed offset, or a region of the IANA database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_REGION = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*")
_CYCLE_YEARS = 400


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone of a time.

    Attributes:
        offset_s: Seconds ahead of UTC, where the zone is a fixed offset.
        region: Name in the IANA database, where it is not.
    """

    offset_s: int = 0
    region: str | None = None

    def measure_offset_s(self, year: int, seconds_of_year: int) -> int:
        """Seconds ahead of UTC at a local time, given as year and seconds since its beginning.

        Years outside of Python's calendar have the rules of the year of the same form in 2000 to 2399.
        """
        if self.region is None:
            return self.offset_s
        near = year if 1 < year < 9999 else 2000 + year % _CYCLE_YEARS
        local = datetime(near, 1, 1) + timedelta(seconds=seconds_of_year)  # noqa: DTZ001
        offset = _find_region(self.region).utcoffset(local)
        return 0 if offset is None else int(offset.total_seconds())

    def __str__(self) -> str:
        if self.region is not None:
            return f"@{self.region}"
        if self.offset_s == 0:
            return "Z"
        hours, seconds = divmod(abs(self.offset_s), 3600)
        minutes, rest = divmod(seconds, 60)
        sign = "-" if self.offset_s < 0 else "+"
        return f"{sign}{hours:02d}:{minutes:02d}" + (f":{rest:02d}" if rest else "")


UTC = Zone()
"""Coordinated universal time."""


def find_zone(region: str) -> Zone | None:
    """The zone of a region such as `Europe/Paris`, or None if the database has none of that name."""
    if len(region) > 64 or not _REGION.fullmatch(region):
        return None
    try:
        _find_region(region)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of the database is no region
        return None
    return Zone(region=region)


@lru_cache(maxsize=1024)
def _find_region(region: str) -> ZoneInfo:
    return ZoneInfo(region)
