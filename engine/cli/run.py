"""`carrybook run`: a book over a market, cycle after cycle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.book import choose_book
from engine.cli.console import AsJson, fits, show, show_json, show_wrapped, tell
from engine.cli.progress import follow
from engine.cli.stopping import Stop
from engine.cli.table_explain import tell_misses
from engine.cli.times import read_time
from engine.errors import HistoryError

if TYPE_CHECKING:
    from rich.table import Table

    from engine.book.bind import BoundBook
    from engine.cycle import Outcome
    from engine.operations.describe import Entry
    from engine.operations.markets import Wanted
    from engine.operations.runs import Target
    from engine.operations.trade import TradedCycle
    from engine.workspace import Workspace

Book = Annotated[
    Path | None,
    typer.Option(
        "--book",
        help="Folder of a book, its draft or a version; default: the workspace's, else the starter book.",
    ),
]
HistoryFolder = Annotated[
    Path | None,
    typer.Option(
        "--history",
        help="Folder of recorded history; default: the workspace's market, else one made from a seed.",
    ),
]
RecordingFolder = Annotated[
    Path | None, typer.Option("--recording", help="Folder of recorded cycles to run over once more.")
]
RecordInto = Annotated[
    Path | None,
    typer.Option("--record", help="Record every cycle into this folder; default: in a workspace its own."),
]
Start = Annotated[
    datetime | None,
    typer.Option(
        "--from", parser=read_time, metavar="TIME", help="First cycle, UTC; of a history or recording."
    ),
]
End = Annotated[
    datetime | None,
    typer.Option("--to", parser=read_time, metavar="TIME", help="End, UTC, itself left out."),
]
Venues = Annotated[list[str] | None, typer.Option("--venue", help="Only this venue; may be repeated.")]
Bases = Annotated[list[str] | None, typer.Option("--base", help="Only this coin; may be repeated.")]
Cycles = Annotated[
    int | None,
    typer.Option(
        "--cycles",
        min=1,
        help="How many: the first from --from on, else the latest of a history; in a workspace the next.",
    ),
]
Once = Annotated[bool, typer.Option("--once", help="Only the latest cycle; in a workspace the next one.")]
Seed = Annotated[
    int | None,
    typer.Option("--seed", min=0, help="Seed of the made market; default: the workspace's, else 8."),
]
Pace = Annotated[
    float | None, typer.Option("--pace", min=0.0, help="Seconds to wait between cycles; default 0.")
]


def run(  # noqa: PLR0913 - the options of a command
    *,
    book: Book = None,
    history: HistoryFolder = None,
    recording: RecordingFolder = None,
    record: RecordInto = None,
    start: Start = None,
    end: End = None,
    venues: Venues = None,
    bases: Bases = None,
    cycles: Cycles = None,
    once: Once = False,
    seed: Seed = None,
    pace: Pace = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a rule book over a market: a line for each cycle, and a table of what enters.

    In a workspace it is the workspace's book over the workspace's market: each cycle is recorded, and
    the next run goes on after the last one. What shows a part of the market, or runs another book, is not
    recorded, and says so.
    With --json it prints JSON Lines: an object for each cycle, on a line of its own, with every input, metric
    and decision.
    """
    from engine.operations.markets import Wanted
    from engine.operations.runs import choose_target, explain_nothing
    from engine.workspace import find_workspace, read_workspace

    wanted = Wanted(
        *(history, recording, seed, start, end),
        *(tuple(venues or ()), tuple(bases or ()), cycles, once),
    )
    root = find_workspace(Path.cwd())
    workspace = None if root is None else read_workspace(root)
    wanted.check(workspace)
    folder = choose_book(book)
    target = choose_target(wanted, workspace, record, folder)
    if target.reason:
        tell(f"not recorded, and no position kept: {target.reason}", style="yellow")
    with Stop() as stop:
        shown = _run(folder, wanted, workspace, target, stop, pace=pace or 0.0, as_json=as_json)
        if not shown and not stop.asked:
            raise HistoryError(explain_nothing(wanted, workspace, target))


def _run(
    folder: Path,
    wanted: Wanted,
    workspace: Workspace | None,
    target: Target,
    stop: Stop,
    *,
    pace: float,
    as_json: bool,
) -> int:
    """Run a book, and record it where the target says; gives back how many cycles were shown."""
    from engine.book.bind import bind
    from engine.book.compile import compile_book
    from engine.book.load import load_book
    from engine.clock import SystemClock
    from engine.operations.engine_room import open_run

    bound = bind(compile_book(load_book(folder)))
    last = 1 if wanted.once else wanted.cycles
    with open_run(bound, folder, wanted, target, SystemClock(), workspace) as running:
        if running.total is not None:
            tell(f"up to {running.total:,} cycles; --from, --to and --cycles choose some", style="yellow")
        cycles = follow(running.cycles, running.total)
        return _show_all(bound, _pace(cycles, stop, pace, last), as_json=as_json)


def _pace(
    cycles: Iterator[TradedCycle], stop: Stop, seconds: float, last: int | None
) -> Iterator[TradedCycle]:
    """The cycles, with a wait between them; they end at the first one after the process was asked to stop.

    Cycles that are caught up, and what is behind the last one that is wanted, are not waited for.
    """
    done, wait = 0, 0.0
    while not stop.wait(wait):
        cycle = next(cycles, None)
        if cycle is None:
            return
        yield cycle
        done += not cycle.late
        wait = 0.0 if cycle.late or done == last else seconds
    tell("stopped at the end of a cycle; all of it is on the disk")


def _show_all(bound: BoundBook, cycles: Iterable[TradedCycle], *, as_json: bool) -> int:
    """Show each cycle as soon as it is there; gives back how many there were."""
    from engine.cli.trades import describe_trades, tell_trades
    from engine.operations.describe import describe_outcome
    from engine.operations.force import list_idle

    if not as_json:
        book = bound.book
        tell(f"{book.manifest.name} {book.version} ({book.fingerprint}): {book.manifest.title}")
        idle = list_idle(book)
        if idle:
            tell(f"checked, and not in force yet: {', '.join(idle)}", style="yellow")
    count = 0
    for cycle in cycles:
        count, outcome = count + 1, cycle.outcome
        for refusal in cycle.refused:
            tell(f"{refusal.request.wish} refused: {refusal.reason}", style="yellow")
        if as_json:
            show_json({**describe_outcome(bound, outcome), "trades": describe_trades(cycle)})
            continue
        if count == 1 and cycle.assumed:
            tell(f"assumed, since it is quoted nowhere: {', '.join(cycle.assumed)}", style="yellow")
        for line in _summarise(bound, outcome):
            show_wrapped(line)
        if outcome.ranking:
            _show_entries(bound, outcome)
        for line in tell_trades(cycle):
            show_wrapped(line)
    return count


def _summarise(bound: BoundBook, outcome: Outcome) -> list[str]:
    """The funnel of a cycle, the nearest miss, what was missing, and what was set apart."""
    from engine.operations.describe import count_missing, count_violations
    from engine.operations.misses import find_nearest_miss

    funnel = outcome.funnel
    stages = f"{funnel.universe} universe → {funnel.shortlist} short list → {funnel.enter} enter"
    line = f"{outcome.at:%Y-%m-%d %H:%M}  {funnel.pairs} {_count_word(funnel.pairs)} → {stages}"
    if funnel.unknown:
        missing = count_missing(bound, outcome).most_common()
        line += f", {funnel.unknown} unknown for want of {_list_counts(missing)}"
    if funnel.violation:
        line += (
            f", {funnel.violation} in violation of {_list_counts(count_violations(outcome).most_common())}"
        )
    nearest = find_nearest_miss(bound, outcome)
    line += f"; nearest {nearest.pair} {tell_misses(nearest.rule)}" if nearest is not None else ""
    apart = sum(outcome.apart.values())
    word = "quote" if apart == 1 else "quotes"
    return [line, f"  {apart} {word} set apart: {_list_counts(outcome.apart.items())}"] if apart else [line]


def _list_counts(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts)


def _count_word(pairs: int) -> str:
    return "pair" if pairs == 1 else "pairs"


def _show_entries(bound: BoundBook, outcome: Outcome) -> None:
    """What enters: as a table, or value by value where a table would be cut."""
    from engine.operations.describe import list_entries

    entries = list_entries(bound, outcome)
    table = _tabulate(entries)
    if fits(table):
        show(table)
        return
    for line in (line for entry in entries for line in _tell_entry(entry)):
        show_wrapped(line)


def _tell_entry(entry: Entry) -> tuple[str, str]:
    from engine.cli.formats import format_value

    seen = ", ".join(f"{each.header} {format_value(each.value, each.type)}" for each in entry.seen)
    return f"  {entry.pair}  {entry.rule}  priority {_show_priority(entry)}", f"    {seen}"


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
