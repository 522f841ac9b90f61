"""The sheet of targets: what the book shall reach, shown beside what it did; a target never acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from engine.book.records import choose_word, read_records, read_time_span
from engine.errors import Diagnostic
from engine.language.check import check_cell
from engine.language.core import Column, Core
from engine.language.names import Scope
from engine.language.types import Kind, Stage, Type
from engine.language.units import PLAIN, RATIO

FILE = "targets.csv"
COLUMNS = ("kpi", "over", "must be", "note")
REQUIRED = ("kpi", "over", "must be")
START = "start"
"""The span from the first trade on."""

KPIS: dict[str, bool] = {
    **dict.fromkeys(("sharpe", "sortino", "calmar", "position_correlation", "beta_btc", "turnover"), False),
    **dict.fromkeys(("max_drawdown", "volatility", "daily_var_99", "daily_cvar_99"), True),
    **dict.fromkeys(("win_rate_round_trip", "win_rate_day", "win_rate_funding"), True),
    **dict.fromkeys(("daily_return", "monthly_return", "annual_return", "time_in_market"), True),
}
"""Every figure of success that a target may name, and whether it is a ratio."""


@dataclass(frozen=True, slots=True)
class Target:
    """One target.

    Attributes:
        kpi: The figure, one of `KPIS`.
        over: The span it is taken over; None is from the first trade on.
        must_be: The test that it has to pass.
        row: Line of the file.
        note: For people.
    """

    kpi: str
    over: timedelta | None
    must_be: str
    row: int
    note: str


def read_targets(text: str) -> tuple[tuple[Target, ...], tuple[Diagnostic, ...]]:
    """Read `targets.csv`; tests are not checked yet.

    Returns:
        The targets whose words are right, and the faults of form in reading order.
    """
    records, faults = read_records(text, FILE, COLUMNS, required=REQUIRED, texts=("note",), key=None)
    wrong = list(faults)
    targets: list[Target] = []
    for record in records:
        fault = choose_word(record, "kpi", tuple(KPIS), "target.kpi", FILE)
        span = read_time_span(record["over"])
        if fault is None and record["over"] and record["over"] != START and span is None:
            message, hint = f'"{record["over"]}" is no time span', f"write `{START}`, or one such as `90d`"
            fault = Diagnostic("target.over", message, hint, FILE, record.line, "over")
        if fault is None and (record["kpi"], span) in [(target.kpi, target.over) for target in targets]:
            message, hint = f'the target "{record["kpi"]}" over {record["over"]} stands twice', "leave one"
            fault = Diagnostic("target.duplicate", message, hint, FILE, record.line, "kpi")
        if fault is not None:
            wrong.append(fault)
        elif all(record[column] for column in REQUIRED):
            targets.append(Target(record["kpi"], span, record["must be"], record.line, record["note"]))
    return tuple(targets), tuple(wrong)


def check_targets(targets: Sequence[Target], known: Scope) -> tuple[tuple[Core, ...], list[Diagnostic]]:
    """Check the tests of targets, which may name parameters.

    Returns:
        The test of each target, if all are sound, and the faults.
    """
    parameters = known.up_to(Stage.PARAMETER)
    faults: list[Diagnostic] = []
    tests: list[Core] = []
    for target in targets:
        type_ = Type(Kind.NUMBER, RATIO if KPIS[target.kpi] else PLAIN)
        checked = check_cell(target.must_be, Column(target.kpi, type_, Stage.BOOK), parameters)
        faults += [fault.at(file=FILE, row=target.row, column="must be") for fault in checked.diagnostics]
        tests += [] if checked.core is None else [checked.core]
    return tuple(tests), faults
