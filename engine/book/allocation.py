"""The sheet of buckets: which share of the capital serves what."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.book.records import choose_word, read_records
from engine.errors import Diagnostic
from engine.language.bind import bind
from engine.language.check import check_formula
from engine.language.core import Constant, Core
from engine.language.names import Scope
from engine.language.quantities import Quantity
from engine.language.types import Kind, Stage
from engine.language.units import RATIO

FILE = "allocation.csv"
KEY = "bucket"
COLUMNS = (KEY, "share", "use", "note")
REQUIRED = (KEY, "share", "use")

USES = ("entries", "top up", "fees")
"""What a bucket may serve: new positions, margin of those that are held, fees and costs."""

_EXACT_ENOUGH = 1e-9


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket.

    Attributes:
        id: Its name.
        share: Formula of its share of the capital, over parameters.
        use: What it serves, one of `USES`.
        row: Line of the file.
        note: For people.
    """

    id: str
    share: str
    use: str
    row: int
    note: str


def read_allocation(text: str) -> tuple[tuple[Bucket, ...], tuple[Diagnostic, ...]]:
    """Read `allocation.csv`; shares are not checked yet.

    Returns:
        The buckets, and the faults of form in reading order.
    """
    records, faults = read_records(text, FILE, COLUMNS, required=REQUIRED, texts=("note", KEY), key=KEY)
    wrong = list(faults)
    buckets: list[Bucket] = []
    for record in records:
        fault = choose_word(record, "use", USES, "allocation.use", FILE)
        if fault is None and record["use"] in [bucket.use for bucket in buckets]:
            message, hint = f'"{record["use"]}" has a bucket already', "join them, or mend the use"
            fault = Diagnostic("allocation.use", message, hint, FILE, record.line, "use")
        wrong += [] if fault is None else [fault]
        buckets.append(Bucket(record[KEY], record["share"], record["use"], record.line, record["note"]))
    if records and not wrong and "entries" not in [bucket.use for bucket in buckets]:
        message, hint = "no bucket serves entries", "give one the use `entries`"
        wrong.append(Diagnostic("allocation.use", message, hint, FILE))
    return tuple(buckets), tuple(wrong)


def check_allocation(buckets: Sequence[Bucket], known: Scope) -> tuple[tuple[Core, ...], list[Diagnostic]]:
    """Check the shares of buckets: formulas over parameters.

    Returns:
        The share of each bucket, if all are sound, and the faults.
    """
    parameters = known.up_to(Stage.PARAMETER)
    checked = [
        check_formula(bucket.share or "0", parameters, kind=Kind.NUMBER, unit=RATIO, in_sheet=True)
        for bucket in buckets
    ]
    faults = [
        fault.at(file=FILE, row=bucket.row, column="share")
        for bucket, each in zip(buckets, checked, strict=True)
        for fault in each.diagnostics
    ]
    return tuple(each.core for each in checked if each.core is not None), faults


def check_shares(
    buckets: Sequence[Bucket], shares: Sequence[Core], values: Mapping[str, Quantity]
) -> Iterator[Diagnostic]:
    """Shares that are no shares, or that do not add up to the whole capital.

    Args:
        buckets: The buckets.
        shares: The checked share of each.
        values: A value for each parameter.
    """
    counted = [bind(share, values) for share in shares]
    numbers = [share.value if isinstance(share, Constant) else None for share in counted]
    for bucket, number in zip(buckets, numbers, strict=True):
        if not isinstance(number, float) or not 0 <= number <= 1:
            told = "unknown" if number is None else f"{number:.6g}"
            message = f"the share of {bucket.id} is {told}, not between 0 and 100 %"
            yield Diagnostic(
                "allocation.share", message, "write one such as `70%`", FILE, bucket.row, "share"
            )
            return
    total = math.fsum(number for number in numbers if isinstance(number, float))
    if buckets and abs(total - 1) > _EXACT_ENOUGH:
        message = f"the shares add up to {total * 100:.6g} %, not to 100 %"
        yield Diagnostic("allocation.sum", message, "each share is of the whole capital", FILE)
