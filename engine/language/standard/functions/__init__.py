"""The standard functions, a file for each family.

To add one, write a function with the decorator `declare` in the file of its family.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.language.standard.declaration import Declaration, list_declarations
from engine.language.standard.functions import (
    aggregates,
    contexts,
    conversion,
    intervals,
    lists,
    logic,
    matching,
    numeric,
    temporal,
    text,
)

FAMILIES = (conversion, numeric, text, matching, logic, lists, aggregates, contexts, temporal, intervals)
"""The files that declare functions."""

STANDARD_FUNCTIONS: Mapping[str, Declaration] = list_declarations()
"""Every standard function by name."""
