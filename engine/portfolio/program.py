"""From a bound book to what the loop runs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from engine.book import limits as limits_sheet
from engine.book.bind import BoundBook
from engine.book.limits import RELEASES, SEVERITIES, CheckedLimit
from engine.book.measures import PAIR_SCOPES, SCOPES
from engine.book.records import read_time_span
from engine.language.check.comparisons import boolean
from engine.language.core import Constant, Core, fold_evenly, stage_of
from engine.language.functions import logic
from engine.language.to_polars import to_polars
from engine.language.types import BOOLEAN, NUMBER, Kind, Stage
from engine.language.units import COLUMN_UNITS
from engine.market.catalogue import MARGINED, POSITION_NAMES, position_names_for
from engine.model import Leg
from engine.portfolio import layout as at
from engine.portfolio.arrays import Code, Floats, Integers, Program
from engine.portfolio.code import Coder
from engine.tables.bind import CompiledTable
from engine.tables.model import HitPolicy

IMPACT = 5e-4
"""How much worse a fill as large as the visible depth is than the best quote: offers within 10 bps of it,
evenly spread, are worse by half of that on average."""


_POLICIES = {HitPolicy.FIRST: at.FIRST, HitPolicy.UNIQUE: at.UNIQUE, HitPolicy.ANY: at.ANY}
_NO_TABLE = np.zeros((1, 4), dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class LoopBook:
    """A bound book ready for the loop.

    Attributes:
        bound: The book.
        program: Its arrays.
        readers: What computes each column of a row behind those of the legs and the judgements.
        names: The name of each limit.
        looks: Whether the entry table looks at positions.
    """

    bound: BoundBook
    program: Program
    readers: tuple[pl.Expr, ...]
    names: tuple[str, ...]
    looks: bool


def build_program(bound: BoundBook, *, equity_share: float = 1.0) -> LoopBook:
    """Make a bound book ready for the loop.

    Args:
        bound: The book.
        equity_share: Its share of the equity of its accounts.

    Raises:
        BookErrors: A limit or a rule asks for what cannot be computed from positions.
    """
    legs = bound.book.manifest.pairing.legs
    coder = Coder({name: place for place, name in enumerate(_list_names(legs))}, bound.formulas)
    wide = Coder(dict(at.MEASURE_PLACES), bound.formulas)
    tables = {role: _add_table(coder, bound, role) for role in ("entry", "exit", "sizing")}
    drafts = [_add_limit(coder if _sees_pairs(limit) else wide, limit) for limit in bound.limits]
    first = len(at.LEG_FIELDS) * len(legs) + len(at.ROW_FIELDS)
    columns = first + len(coder.columns)
    code = _chain(coder.pack(first, columns), wide.pack(0, 0))
    limits, spans = _place_limits(bound.limits, drafts, coder, first)
    looks = {role: _looks(coder, bound, role) for role in ("entry", "sizing")}
    program = Program(
        legs=_describe_legs(bound, legs),
        code=code,
        **tables,
        limits=limits,
        spans=spans,
        named=_find_named(wide),
        settings=_list_settings(bound, columns, first - len(at.ROW_FIELDS), looks, equity_share),
    )
    names = tuple(each.limit.id for each in bound.limits)
    readers = tuple(to_polars(core).cast(pl.Float64) for core in coder.columns.values())
    return LoopBook(bound, program, readers, names, looks["entry"])


def _list_names(legs: Sequence[Leg]) -> list[str]:
    names = [name.name for name in position_names_for(legs)]
    if names[: at.FIRST_LEVERAGE] != [name.name for name in POSITION_NAMES]:
        raise AssertionError("names about positions stand in another order than the loop writes them")
    return names


def _sees_pairs(limit: CheckedLimit) -> bool:
    return limit.limit.scope in PAIR_SCOPES


def _add_table(coder: Coder, bound: BoundBook, role: str) -> Integers:
    """The rules of a table as formulas, in the order of its policy."""
    table = bound.tables.get(role)
    if table is None:
        return _NO_TABLE
    outputs = {"entry": ("enter", "priority"), "exit": ("keep", "urgent"), "sizing": ("share", "cap_usd")}[
        role
    ]
    file = table.table.file or f"{role}.csv"
    tests = [
        coder.add(_join_tests(coder, table, rule), file, table.table.rules[rule].line, "id")
        for rule in table.order
    ]
    by_name = {result.name: result.cores for result in table.results}
    count = len(table.order) + 1
    written = [
        [coder.add(_find_output(by_name, name, rule), file, None, f"then {name}") for name in outputs]
        for rule in range(count)
    ]
    policy = _POLICIES[table.table.hit_policy]
    columns = [[*tests, policy], [*table.order, -1], *zip(*written, strict=True)]
    return np.array(columns, dtype=np.int64).T.copy()


def _join_tests(coder: Coder, table: CompiledTable, rule: int) -> Core:
    """When a rule fires: what the market decides as one column, and the tests of positions."""
    tests = [coder.settle(test) for test in table.tests[rule].values()]
    market = [test for test in tests if stage_of(test) <= Stage.MARKET]
    parts = [test for test in tests if stage_of(test) > Stage.MARKET]
    if market:
        parts.insert(0, coder.prepare(fold_evenly(market, _both)))
    return fold_evenly(parts, _both) if parts else Constant(True, BOOLEAN)


def _both(one: Core, other: Core) -> Core:
    return boolean(logic.AND, one, other)


def _find_output(by_name: dict[str, tuple[Core, ...]], name: str, rule: int) -> Core:
    """What a rule says; an output that a table does not have is what its role says without it."""
    silent = {"priority": 0.0, "urgent": False, "cap_usd": at.NO_CAP}
    kind = BOOLEAN if name in ("urgent", "enter") else None
    cores = by_name.get(name)
    core = None if cores is None else cores[rule]
    if core is None or (name == "cap_usd" and isinstance(core, Constant) and core.value is None):
        value = silent[name]
        return Constant(value, kind or NUMBER)
    return core


@dataclass(frozen=True, slots=True)
class _Draft:
    """The formulas of a limit, and the columns that say what the market alone decides."""

    measure: int
    test: int
    release: int
    test_column: str
    release_column: str


def _add_limit(coder: Coder, checked: CheckedLimit) -> _Draft:
    row, file = checked.limit.row, limits_sheet.FILE
    measure = coder.add(checked.measure, file, row, "measure")
    test = coder.add(checked.test, file, row, "must be")
    release = -1 if checked.release is None else coder.add(checked.release, file, row, "until")
    return _Draft(
        measure,
        test,
        release,
        _find_column(coder, test, checked.test),
        "" if checked.release is None else _find_column(coder, release, checked.release),
    )


def _find_column(coder: Coder, number: int, core: Core) -> str:
    """The column that holds the whole answer, where the market alone decides it; else empty."""
    decides = stage_of(coder.settle(core)) == Stage.MARKET and core.type.kind is Kind.BOOLEAN
    return coder.codes[number].inputs[0] if decides else ""


def _place_limits(
    limits: Sequence[CheckedLimit], drafts: Sequence[_Draft], coder: Coder, first: int
) -> tuple[Integers, Floats]:
    """The arrays of limits; formulas of wide scopes stand behind those of pairs."""
    rows, spans = [], []
    for checked, draft in zip(limits, drafts, strict=True):
        shift = 0 if _sees_pairs(checked) else len(coder.codes)
        columns = [
            coder.place(name, first) if name else -1 for name in (draft.test_column, draft.release_column)
        ]
        span = read_time_span(checked.limit.until)
        scope, severity = SCOPES.index(checked.limit.scope), SEVERITIES.index(checked.limit.otherwise)
        release = draft.release + shift if draft.release >= 0 else -1
        formulas = (draft.measure + shift, draft.test + shift, release)
        rows.append([scope, severity, _name_release(checked, span), *formulas, *columns])
        spans.append([_seconds(checked.limit.hold), _seconds(span)])
    return (
        np.array(rows, dtype=np.int64).reshape(len(rows), 8),
        np.array(spans, dtype=np.float64).reshape(len(rows), 2),
    )


def _find_named(wide: Coder) -> Integers:
    """Which measures limits of wide scopes read."""
    read = {name for program in wide.codes for name in program.inputs}
    return _integers(int(name in read) for name in at.MEASURE_PLACES)


def _name_release(checked: CheckedLimit, span: timedelta | None) -> int:
    if checked.limit.until in RELEASES:
        return RELEASES.index(checked.limit.until)
    return at.AFTER if span is not None else at.TESTED


def _looks(coder: Coder, bound: BoundBook, role: str) -> bool:
    """Whether a table looks at positions."""
    table = bound.tables.get(role)
    if table is None:
        return False
    tests = [test for row in table.tests for test in row.values()]
    outputs = [core for result in table.results for core in result.cores]
    return any(stage_of(coder.settle(core)) > Stage.MARKET for core in (*tests, *outputs))


def _list_settings(
    bound: BoundBook, columns: int, row_fields: int, looks: dict[str, bool], equity_share: float
) -> Floats:
    settings = np.zeros(at.SETTINGS, dtype=np.float64)
    uses = {bucket.use: share for bucket, share in zip(bound.book.allocation, bound.shares, strict=True)}
    settings[at.S_CAPITAL] = _find_dollars(bound, "capital_usd")
    settings[at.S_OPERATING] = _find_dollars(bound, "operating_usd_month")
    settings[at.S_CAPITAL_PER_NOTIONAL] = math.fsum(bound.capitals)
    settings[at.S_EQUITY_SHARE] = equity_share
    # No limits, no trading.
    settings[at.S_ACTIVE] = uses.get("entries", 0.0) if bound.limits else 0.0
    settings[at.S_BUFFER], settings[at.S_FEES] = uses.get("top up", 0.0), uses.get("fees", 0.0)
    settings[at.S_COLUMNS], settings[at.S_ROW_FIELDS] = columns, row_fields
    settings[at.S_ENTRY_LOOKS], settings[at.S_SIZING_LOOKS] = looks["entry"], looks["sizing"]
    settings[at.S_IMPACT], settings[at.S_HAS_EXIT] = IMPACT, "exit" in bound.tables
    begins = bound.book.manifest.day_starts
    settings[at.S_DAY_START] = begins.hour * 3600 + begins.minute * 60 + begins.second
    return settings


def _find_dollars(bound: BoundBook, name: str) -> float:
    """The value of a parameter in USD; NaN if the book has none of that name."""
    quantity = bound.parameters.get(name)
    return math.nan if quantity is None else float(quantity.count_in(COLUMN_UNITS["usd"]))


def _describe_legs(bound: BoundBook, legs: Sequence[Leg]) -> Floats:
    return np.array(
        [
            [1.0 if leg.side == "buy" else -1.0 for leg in legs],
            [leg.kind in ("swap", "future") for leg in legs],
            [leg.kind in MARGINED for leg in legs],
            bound.capitals,
        ],
        dtype=np.float64,
    )


def _chain(one: Code, other: Code) -> Code:
    """The formulas of one behind those of another."""
    behind = other.starts[:, 1:] + one.starts[:, -1:]
    return Code(
        np.concatenate([one.instructions, other.instructions], axis=1),
        np.concatenate([one.constants, other.constants]),
        np.concatenate([one.starts, behind], axis=1),
    )


def _seconds(span: timedelta | None) -> float:
    return 0.0 if span is None else span.total_seconds()


def _integers(values: Iterable[int]) -> Integers:
    return np.array(list(values), dtype=np.int64)
