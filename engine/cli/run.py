"""`carrybook run`: a book over a market, cycle after cycle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.console import AsJson, fits, show, show_json, tell
from engine.errors import HistoryError, UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from engine.book.bind import BoundBook
    from engine.cycle import Outcome
    from engine.operations.describe import Entry
    from engine.operations.sources import Source

_MADE_CYCLES = 12
_MADE_SEED = 8
_MADE_START = datetime(2026, 1, 1, tzinfo=UTC)

Book = Annotated[
    Path | None,
    typer.Option("--book", help="Folder of a book, its draft or a version; default: the starter book."),
]
HistoryFolder = Annotated[
    Path | None,
    typer.Option("--history", help="Folder of recorded history; default: a market made from a seed."),
]
Start = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="First cycle, UTC; needs --history."),
]
End = Annotated[
    datetime | None,
    typer.Option("--to", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="End, UTC, itself left out."),
]
Venues = Annotated[list[str] | None, typer.Option("--venue", help="Only this venue; may be repeated.")]
Bases = Annotated[list[str] | None, typer.Option("--base", help="Only this coin; may be repeated.")]
Cycles = Annotated[
    int | None,
    typer.Option("--cycles", min=1, help="How many: the first from --from on, else the latest of a history."),
]
Once = Annotated[bool, typer.Option("--once", help="Only the latest cycle.")]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, help=f"Seed of the made market; default {_MADE_SEED}.")
]


def run(  # noqa: PLR0913 - the options of a command
    *,
    book: Book = None,
    history: HistoryFolder = None,
    start: Start = None,
    end: End = None,
    venues: Venues = None,
    bases: Bases = None,
    cycles: Cycles = None,
    once: Once = False,
    seed: Seed = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a rule book over a market: a line for each cycle, and a table of what enters.

    With --json one object for each cycle, a line each, with every input, metric and decision.
    """
    from engine.book.bind import bind
    from engine.book.compile import compile_book
    from engine.book.load import load_book
    from engine.operations.run import run_book
    from engine.operations.starter import find_starter

    _check_options(history, start, end, cycles, once=once, seed=seed)
    bound = bind(compile_book(load_book(book or find_starter())))
    if history is None:
        source = _make_market(seed, cycles, tuple(venues or ()), tuple(bases or ()))
    else:
        source = _open_history(history, start, end, tuple(venues or ()), tuple(bases or ()))
    if once or (history is not None and cycles is not None and start is None):
        source = source.keep_latest(1 if once else cycles or 1, bound.book.manifest.pairing)
    outcomes = run_book(bound, source)
    shown = _show_all(bound, islice(outcomes, 1 if once else cycles), as_json=as_json)
    if not shown:
        raise HistoryError("nothing to evaluate: no pair in this time, at these venues, of these coins")


def _check_options(
    history: Path | None,
    start: datetime | None,
    end: datetime | None,
    cycles: int | None,
    *,
    once: bool,
    seed: int | None,
) -> None:
    if history is None and (start is not None or end is not None):
        raise UsageError("--from and --to need --history")
    if history is not None and seed is not None:
        raise UsageError("--seed makes a market, --history reads one: give one of them")
    if once and cycles is not None:
        raise UsageError("--once and --cycles exclude each other")
    if start is not None and end is not None and end <= start:
        raise UsageError("--to is not after --from")


def _make_market(
    seed: int | None, cycles: int | None, venues: tuple[str, ...], bases: tuple[str, ...]
) -> Source:
    from engine.operations.sources import GeneratedSource

    count = cycles or _MADE_CYCLES
    number = _MADE_SEED if seed is None else seed
    return GeneratedSource(number, _MADE_START, count, venues=venues, bases=bases)


def _open_history(
    folder: Path,
    start: datetime | None,
    end: datetime | None,
    venues: tuple[str, ...],
    bases: tuple[str, ...],
) -> Source:
    from engine.operations.sources import RecordedSource
    from engine.recording.history import open_history

    chosen = open_history(folder).select(venues=venues, symbols=bases)
    return RecordedSource(chosen, _in_utc(start), _in_utc(end))


def _in_utc(time: datetime | None) -> datetime | None:
    return None if time is None else time.replace(tzinfo=UTC)


def _show_all(bound: BoundBook, outcomes: Iterable[Outcome], *, as_json: bool) -> int:
    """Show each outcome as soon as it is there; gives back how many there were."""
    from engine.operations.describe import describe_outcome

    if not as_json:
        book = bound.book
        tell(f"{book.manifest.name} {book.version} ({book.fingerprint}): {book.manifest.title}")
    count = 0
    for outcome in outcomes:
        count += 1
        if as_json:
            show_json(describe_outcome(bound, outcome))
        else:
            show(_summarise(bound, outcome))
            if outcome.ranking:
                _show_entries(bound, outcome)
    return count


def _summarise(bound: BoundBook, outcome: Outcome) -> str:
    from engine.operations.describe import count_missing

    funnel = outcome.funnel
    line = f"{outcome.at:%Y-%m-%d %H:%M}  {funnel.pairs} {_count_word(funnel.pairs)} → {funnel.enter} enter"
    if not funnel.unknown:
        return line
    missing = ", ".join(f"{name} ({count})" for name, count in count_missing(bound, outcome).most_common())
    return f"{line}, {funnel.unknown} unknown for want of {missing}"


def _count_word(pairs: int) -> str:
    return "pair" if pairs == 1 else "pairs"


def _show_entries(bound: BoundBook, outcome: Outcome) -> None:
    """What enters: as a table, or value by value where a table would be cut."""
    from engine.operations.describe import list_entries

    entries = list_entries(bound, outcome)
    table = _tabulate(entries)
    show(table if fits(table) else "\n".join(_tell_entry(entry) for entry in entries))


def _tell_entry(entry: Entry) -> str:
    from engine.cli.formats import format_value

    seen = ", ".join(f"{each.header} {format_value(each.value, each.type)}" for each in entry.seen)
    return f"  {entry.pair}  {entry.rule}  priority {_show_priority(entry)}\n    {seen}"


def _show_priority(entry: Entry) -> str:
    priority = entry.outputs["priority"]
    return "unknown" if priority is None else f"{priority:g}"


def _tabulate(entries: Sequence[Entry]) -> Table:
    """Pair, rule, priority, and the values that the rule saw."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from engine.cli.formats import format_value

    headers = dict.fromkeys(seen.header for entry in entries for seen in entry.seen)
    table = Table("pair", "rule", "priority", box=SIMPLE_HEAD)
    for header in headers:
        table.add_column(header, justify="right")
    for entry in entries:
        cells = {seen.header: format_value(seen.value, seen.type) for seen in entry.seen}
        shown = _show_priority(entry)
        table.add_row(entry.pair, entry.rule, shown, *(cells.get(header, "-") for header in headers))
    return table
