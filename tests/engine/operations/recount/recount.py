"""Paper trading counted once more, without the engine: from verdicts and acts to lots, cash, margin.

`Recount.take` is given what one cycle told, and complains of whatever is not as it should be.
"""

from __future__ import annotations

import bisect
import copy
import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from types import ModuleType
from typing import Any

TINY, ZERO = Decimal("1e-6"), Decimal(0)


@dataclass
class Told:
    """What one cycle told."""

    at: datetime
    events: list[dict[str, Any]]
    verdicts: list[dict[str, Any]]
    acts: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    book: dict[str, float]
    wallet: float
    margins: dict[str, float]


@dataclass
class Day:
    """What a day brought."""

    start: Decimal = ZERO
    end: Decimal = ZERO
    flows: Decimal = ZERO
    causes: dict[str, Decimal] = field(
        default_factory=lambda: dict.fromkeys(("funding", "fees", "dust"), ZERO)
    )


class Recount:
    """The account of a book that trades a coin against its contract at one venue.

    Args:
        book: Its numbers.
        raw: The raw files.
        money: The module of fills and margin.
        deciding: The module of rules and limits.
        maintenance: Maintenance margin.
        venue: The venue.
    """

    def __init__(
        self, book: Any, raw: Any, modules: tuple[ModuleType, ModuleType], maintenance: Any, venue: str
    ) -> None:
        self.book, self.raw, self.maintenance, self.venue = book, raw, maintenance, venue
        self.money, self.deciding = modules
        self.purse = self.money.Purse(venue)
        self.limits = self.deciding.list_limits(book)
        self.latches: dict[tuple[str, str], Any] = {}
        self.acting: set[tuple[str, str]] = set()
        self.orders: dict[str, Any] = {}
        self.closed: dict[str, datetime] = {}
        self.days: dict[str, Day] = {}
        self.seen: Counter[str] = Counter()
        self.before: datetime | None = None
        self.unit = self.peak = 1.0
        self.equity = self.today = self.drawdown = self.buffer_left = self.fees_left = self.naked = 0.0
        self.total = self.day_start = self.flows_today = ZERO

    def pnl(self, pair: str) -> float:
        """Profit of an open position."""
        position = self.purse.held[pair]
        return float(position.cash + position.value())

    def take(self, told: Told) -> None:
        """Count a cycle, and hold it against what was told of it."""
        expected = self._settle(told)
        self._compare_events(told, expected)
        self._measure(told)
        self._judge_limits(told)
        self.orders = {pair: order for pair, order in self.orders.items() if order.purpose != "enter"}
        self._decide(told)
        self._allocate(told)
        self._compare_money(told)
        self.before = told.at

    def coin_of(self, pair: str) -> str:
        """The coin of a pair."""
        return pair.partition(":")[2].partition("/")[0]

    def _prices(self, pair: str, at: datetime) -> tuple[Decimal, Decimal] | None:
        prices = [self.raw.price(self.coin_of(pair), leg, at) for leg in (0, 1)]
        return None if None in prices else (prices[0], prices[1])

    def _see(self, pair: str, at: datetime) -> bool:
        """Take in the prices of now; whether all are there."""
        position, whole = self.purse.held[pair], True
        for leg in (0, 1):
            price, mark = (read(position.coin, leg, at) for read in (self.raw.price, self.raw.mark))
            if price is None:
                whole = False
            else:
                position.close[leg], position.mark[leg] = price, mark
        return whole

    def _settle(self, told: Told) -> list[Any]:
        """What should have happened since the cycle before."""
        at, flows = told.at, [self.money.read_event(row) for row in told.events if row["kind"] == "flow"]
        self.purse.wallet += sum((each.amount for each in flows), ZERO)
        self.flows_today += sum((each.amount for each in flows), ZERO)
        self.flows = sum((each.amount for each in flows), ZERO)
        seen = {pair for pair in sorted(self.purse.held) if self._see(pair, at)}
        expected = []
        for pair in sorted(self.purse.held):
            if self.purse.held[pair].units[1]:
                for _, rate in self.raw.list_settlements(self.coin_of(pair), self.before or at, at):
                    expected.append(self.purse.fund(pair, rate))
        for pair in sorted(self.purse.held):
            position = self.purse.held[pair]
            notional = position.units[1] * position.mark[1]
            if pair in seen and notional and position.margin_equity() <= self.maintenance.of(notional):
                expected += self.purse.close_by_force(pair, at)
                self.orders.pop(pair, None)
        for pair in sorted(self.orders):
            prices = self._prices(pair, at)
            if prices is None:
                continue
            if pair not in self.purse.held:
                self.purse.held[pair] = self.money.Position(self.coin_of(pair))
            self._see(pair, at)
            self.seen["filled at another price"] += prices != self._prices(pair, self.before or at)
            expected += self.purse.fill(pair, self.orders.pop(pair), prices, at)
        return expected

    def _compare_events(self, told: Told, expected: list[Any]) -> None:
        told_events = [self.money.read_event(row) for row in told.events if row["kind"] != "flow"]
        # Dust of less than a millionth of a dollar is what floats leave of nothing.
        told_events = [each for each in told_events if each.kind != "dust" or abs(each.amount) > TINY]
        expected = [
            each for each in expected if each.kind not in ("margin", "dust") or abs(each.amount) > TINY
        ]
        one = [(e.kind, e.pair, e.leg, e.purpose) for e in told_events]
        other = [(e.kind, e.pair, e.leg, e.purpose) for e in expected]
        assert one == other, f"{told.at}: told {one}, counted {other}"
        for event, counted in zip(told_events, expected, strict=True):
            assert abs(event.lots - counted.lots) <= 1e-9 * abs(counted.lots), (told.at, event, counted)
            assert math.isclose(event.price, counted.price, rel_tol=1e-14) or event.kind == "margin", (
                told.at,
                event,
                counted,
            )
            if event.kind != "fill":
                assert math.isclose(event.amount, counted.amount, rel_tol=1e-6, abs_tol=5e-5), (
                    told.at,
                    event,
                    counted,
                )
            self.seen[f"{event.kind} {event.purpose}".strip()] += 1

    def _measure(self, told: Told) -> None:
        """What limits look at, after all that happened."""
        at, book = told.at, self.book
        fresh_month = self.before is None or (at.year, at.month) != (self.before.year, self.before.month)
        if fresh_month:
            self.purse.fees = ZERO
        total = self.purse.equity()
        if self.before is None or at.date() != self.before.date():
            self.day_start, self.flows_today = total, ZERO
        if self.before is not None and self.total > 0:
            self.unit *= float((total - self.flows) / self.total)
            self.peak = max(self.peak, self.unit)
        self._add_to_day(at, total)
        self.total, self.equity = total, float(total)
        self.today = float(total - self.day_start - self.flows_today)
        self.drawdown = (self.peak - self.unit) / self.peak
        capital = min(book.capital, self.equity)
        held = self.purse.held.values()
        self.buffer_left = book.buffer * capital - float(sum((each.topped_up for each in held), ZERO))
        self.fees_left = book.fees * capital - float(self.purse.fees)
        naked = [each for each in held if each.naked_since is not None]
        self.naked = float(sum((each.units[leg] * each.mark[leg] for each in naked for leg in (0, 1)), ZERO))

    def _add_to_day(self, at: datetime, total: Decimal) -> None:
        """A cycle tells of the time before it: that of midnight is the last of its day."""
        name = (at if self.before is None else at - timedelta(microseconds=1)).date().isoformat()
        day = self.days.setdefault(name, Day(start=self.total))
        day.end = total
        day.flows += self.flows
        for cause, amount in self.purse.paid.items():
            day.causes[cause] += amount
        self.purse.paid = dict.fromkeys(self.purse.paid, ZERO)

    def _judge_limits(self, told: Told) -> None:
        counted = []
        for limit in self.limits:
            known = {pair for name, pair in self.latches if name == limit.name}
            for pair in [""] if limit.wide else sorted(known | set(self.purse.held)):
                who = (self,) if limit.wide else (self, pair)
                latch = self.latches.setdefault((limit.name, pair), self.deciding.Latch())
                counted += [
                    (limit.name, pair, what) for what in latch.move_on(limit, told.at, limit.holds(*who), who)
                ]
        names = {limit.name for limit in self.limits}
        changes = [(row["limit"], row["entity"], row["change"]) for row in told.changes]
        assert sorted(each for each in changes if each[0] in names) == sorted(counted), (
            told.at,
            changes,
            counted,
        )
        for name, entity, change in changes:
            self.seen[f"{name} {change}"] += 1
            (self.acting.add if change == "begins" else self.acting.discard)((name, entity))

    def _decide(self, told: Told) -> None:
        """Orders that take from positions, or mend them."""
        counted = []
        for pair in sorted(self.purse.held):
            position = self.purse.held[pair]
            if self._prices(pair, told.at) is None:
                counted.append((pair, "unknown", "", ""))
                continue
            keep, rule, purpose = self.deciding.judge_exit(self.book, self.raw, position, told.at)
            limit = self.deciding.find_worst(self.limits, self.latches, pair)
            severity = "" if limit is None else limit.severity
            said = rule if keep < 1.0 else ""
            if position.naked_since is not None or (severity == "close" and keep > 0.0):
                keep, purpose = 0.0, "urgent"
            elif severity == "reduce" and keep > 0.0:
                keep, purpose = min(keep, self._find_keep(position)), "reduce"
            if keep < 1.0:
                order = self._reduce(position, keep, purpose)
            else:
                order = self._top_up(position) if severity == "top up" else None
                purpose = severity
            if order is not None or (severity == "top up" and keep == 1.0):
                counted.append((pair, purpose, said, "" if limit is None else limit.name))
                self.seen[f"{purpose} by {said or (limit.name if limit else 'naked')}"] += 1
            if order is not None:
                self.orders[pair] = order
        told_acts = [(row["pair"], row["act"], row["rule"] or "", row["limit"] or "") for row in told.acts]
        plain = [each if each[1] != "top up" else (*each[:2], "", each[3]) for each in told_acts]
        assert plain == counted, f"{told.at}: told {told_acts}, counted {counted}"

    def _find_keep(self, position: Any) -> float:
        held = max(float(position.units[leg] / position.opened[leg]) for leg in (0, 1))
        parts = [
            part
            for part in range(64)
            if part == 0 or self.maintenance.distance(position, position.units[1] * part / 64) >= 0.18
        ]
        return held * max(parts) / 64

    def _reduce(self, position: Any, keep: float, purpose: str) -> Any:
        """Lots that leave a share of the entry: the leg with the coarser lot leads, the other keeps step."""
        units, steps = position.units, position.steps
        if keep == 0.0:
            lots = [int((units[leg] / steps[leg]).to_integral_value(ROUND_FLOOR)) for leg in (0, 1)]
            return self.money.Order(purpose, (-lots[0], -lots[1])) if any(lots) else None
        lead = 0 if steps[0] > steps[1] or not units[1] else 1
        excess = units[lead] - Decimal(repr(keep)) * position.opened[lead]
        if excess < steps[lead] / 2:
            return None
        part = min(Decimal(1), _round(excess / steps[lead]) * steps[lead] / units[lead])
        found = tuple(_round(units[leg] * part / steps[leg]) for leg in (0, 1))
        return self.money.Order(purpose, (-found[0], -found[1])) if any(found) else None

    def _top_up(self, position: Any) -> Any:
        ordered = sum((each.margin for each in self.orders.values() if each.purpose == "top up"), ZERO)
        most = self.money.floor_cents(min(Decimal(repr(self.buffer_left)), self.purse.wallet) - ordered)
        if most <= 0:
            return None
        wanted = position.units[1] * position.mark[1] / Decimal("4.5") - position.margin_equity()
        return self.money.Order(
            "top up", (0, 0), min(most, max(self.money.ceil_cents(wanted), self.money.CENT))
        )

    def _allocate(self, told: Told) -> None:
        """Orders of new positions, each on top of those before it, and all on top of what is topped up."""
        supposed = self.purse.suppose(self.orders)
        for row in told.verdicts:
            self.seen[row["verdict"]] += 1
            pair = row["pair"]
            blocked = self._find_blocks(pair)
            if row["verdict"] == "held":
                assert pair in self.purse.held or pair in self.orders, (told.at, row)
            if row["verdict"] != "approved":
                continue
            assert not blocked, f"{told.at}: {pair} is entered while {blocked} act"
            assert pair not in self.purse.held, (told.at, row)
            prices = self._prices(pair, told.at)
            assert prices is not None, (told.at, row)
            order = self._size(supposed, pair, prices, row, told.at)
            trial = copy.deepcopy(supposed)
            self._try(trial, pair, order, prices, told.at)
            self._check_bounds(trial, pair)
            supposed = trial
            self.orders[pair] = order
            if row["limit"] is not None:
                self.seen[f"clipped by {row['limit']}"] += 1

    def _find_blocks(self, pair: str) -> list[str]:
        warn = {"one-venue", "corr", "beta", "widening"}
        entities = {"", pair, self.venue, self.coin_of(pair)}
        return [name for name, entity in self.acting if name not in warn and entity in entities]

    def _size(self, supposed: Any, pair: str, prices: Any, row: Any, at: datetime) -> Any:
        """The largest order within share, cap, bucket, account and the limit of a coin."""
        book, (spot, perp) = self.book, prices
        capital = min(book.capital, float(supposed.equity()))
        used = float(supposed.used(book.ties))
        volume = self.raw.volume(self.coin_of(pair), at)
        assert volume is not None, (at, pair)
        depth = book.depth_of_volume * volume
        share = {"S1": 1.0, "S2": 0.5}[row["rule"]]
        assert depth >= (10 if row["rule"] == "S1" else 1) * book.min_depth * (1 - 1e-12), (at, pair, depth)
        tied = min(share * book.active * capital, book.active * capital - used)
        cap = book.depth_share * depth
        each = float(sum(book.ties))
        free = (float(supposed.wallet) - (book.buffer + book.fees) * capital) / each
        wanted = min(tied / each, cap, free)
        assert math.isclose(wanted, row["wanted_usd"], rel_tol=1e-9), (at, pair, wanted, row)
        steps = self.money.STEPS.get(self.coin_of(pair), self.money.OTHER_STEPS)
        assert steps[1] >= steps[0]
        most = math.floor(wanted / float(max(spot, perp)) / float(steps[1]) + 1e-9)

        def fits(lots: int) -> bool:
            trial = copy.deepcopy(supposed)
            self._try(trial, pair, self._match(lots, steps, perp), prices, at)
            position = trial.held[pair]
            legs = [position.units[leg] * position.entry[leg] for leg in (0, 1)]
            capital_now = sum(float(each * tie) for each, tie in zip(legs, book.ties, strict=True))
            within = capital_now <= tied * (1 + 1e-12) and float(max(legs)) <= cap * (1 + 1e-12)
            return bool(within) and float(position.notional()) / book.capital <= book.one_coin * (1 + 1e-12)

        lots = (
            most if fits(most) else bisect.bisect_left(range(1, most), True, key=lambda each: not fits(each))
        )
        assert lots > 0, f"{at}: {pair} is entered where no lot fits"
        if row["limit"] not in (None, "one-coin"):
            lots = min(lots, self._match_told(row, spot, steps, perp))
        return self._match(lots, steps, perp)

    def _match_told(self, row: Any, spot: Decimal, steps: Any, perp: Decimal) -> int:
        """Lots of what another limit leaves, such as that of past days: as the run tells, never more."""
        net = float(steps[0] * (1 - self.money.FEES[0]) * spot)
        told = round(row["approved_usd"] / net)
        most = math.floor(row["wanted_usd"] / float(spot) / float(steps[1])) + 2
        return (
            bisect.bisect_right(range(most), told, key=lambda each: self._match(each, steps, perp).lots[0])
            - 1
        )

    def _match(self, lots: int, steps: Any, perp: Decimal) -> Any:
        coins = lots * steps[1]
        net = steps[0] * (1 - self.money.FEES[0])
        bought = int((coins / net).to_integral_value(ROUND_CEILING))
        # Not less than the contracts, unless that is more than half of a lot of them too much.
        bought -= bought * net - coins > steps[1] / 2
        margin = self.money.ceil_cents(coins * perp * self.book.ties[1])
        return self.money.Order("enter", (bought, lots), margin)

    def _try(self, purse: Any, pair: str, order: Any, prices: Any, at: datetime) -> None:
        position = purse.held[pair] = self.money.Position(self.coin_of(pair))
        position.close = list(prices)
        position.mark = [self.raw.mark(position.coin, leg, at) for leg in (0, 1)]
        purse.fill(pair, order, prices, at)

    def _check_bounds(self, trial: Any, pair: str) -> None:
        """The buckets and limits of size hold after the order, at the prices of now."""
        book, position = self.book, trial.held[pair]
        capital = min(book.capital, float(trial.equity()))
        assert float(trial.used(book.ties)) <= book.active * capital * (1 + 2e-3), (
            "the active bucket is exceeded"
        )
        assert float(position.notional()) <= book.one_coin * book.capital * (1 + 1e-12)
        assert float(trial.wallet) >= (book.buffer + book.fees) * capital - 0.01 * book.capital

    def _compare_money(self, told: Told) -> None:
        assert math.isclose(told.wallet, self.purse.wallet, abs_tol=0.005, rel_tol=1e-6), (
            told.at,
            told.wallet,
        )
        assert math.isclose(told.book["equity_usd"], self.equity, abs_tol=0.005, rel_tol=1e-6), told.at
        held = {pair: position.margin for pair, position in self.purse.held.items()}
        assert set(held) == set(told.margins), (told.at, held, told.margins)
        for pair, margin in held.items():
            assert math.isclose(told.margins[pair], margin, abs_tol=0.005, rel_tol=1e-6), (told.at, pair)
        used = float(self.purse.used(self.book.ties))
        assert math.isclose(told.book["capital_used_usd"], used, abs_tol=0.005, rel_tol=1e-6), (told.at, used)


def _round(number: Decimal) -> int:
    return int((number + Decimal("0.5") + Decimal("1e-9")).to_integral_value(ROUND_FLOOR))
