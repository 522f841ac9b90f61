"""Figures of recorded markets and the made one, side by side: `python tests/benchmarks/market.py FOLDER`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.exchange.generator.books import draw_books
from engine.exchange.generator.coins import list_coins
from engine.exchange.generator.funding import Funding, walk_funding
from engine.exchange.generator.listings import list_instruments
from engine.exchange.generator.noise import BLOCK_HOURS, FloatArray, Purpose, open_stream
from engine.exchange.generator.premiums import walk_premiums
from engine.exchange.generator.prices import Prices, walk_prices

Figures = dict[str, float]
Block = tuple[Prices, FloatArray, Funding]
SEEDS = (1, 2, 3, 4)
HOURS = 8760
FROM, TO = datetime(2023, 7, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)
LARGE = ("BTC", "ETH", "XRP")
SPOT = ("BTC", "ETH", "XRP", "DOGE", "LINK", "AVAX", "DOT", "NEAR", "XLM", "BCH", "XTZ", "TRX", "NEO")
TURNED_OVER = (
    *("BTC", "ETH", "PEPE", "XRP", "DOGE", "SUI", "ENA", "AAVE", "LINK", "AVAX", "WLD", "BCH", "OP", "DOT"),
    *("NEAR", "ONDO", "SHIB", "TRX", "ARB", "HBAR", "XLM", "TON", "RENDER", "ALGO", "XMR", "VET", "KAS"),
    *("XTZ", "ZEC"),
)
QUANTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)
LAGS = {"8 h": 1, "1 d": 3, "3 d": 9, "7 d": 21, "21 d": 63}
SPELL_BP = 3.0
MONTH = 720
_EVERY_BLOCK = 6
_RECENT = pl.col("ts").is_between(FROM, TO, closed="left")
_BASE = pl.col("symbol").str.split("/").list.first()


@dataclass(frozen=True, slots=True)
class Panel:
    """What figures are measured of.

    Attributes:
        large: Funding of BTC, ETH and XRP in bp per 8 hours, one array each, of the same times.
        others: The same of other coins, each of its own times.
        aligned: Funding of other coins at the same times, shape (times, coins).
        basis: Swap over spot in bp, one array per coin; BTC, ETH and XRP first.
        hourly: Log returns of spot by hour, one array per coin; BTC first.
        daily: Log returns by day, shape (days, coins); BTC first.
        past: Log return of BTC over the 30 days before each time of `large`.
        turnover: Turnover by day, one array per coin; BTC first.
        ranked: Usual turnover of the same 29 coins in millions of USD, the largest first.
    """

    large: Sequence[FloatArray]
    others: Sequence[FloatArray]
    aligned: FloatArray
    basis: Sequence[FloatArray]
    hourly: Sequence[FloatArray]
    daily: FloatArray
    past: FloatArray
    turnover: Sequence[FloatArray]
    ranked: Sequence[float]


def describe(panel: Panel) -> Figures:
    """Every figure of a panel; funding and basis in bp, spells in days."""
    return {
        **_describe_funding("large", panel.large),
        **_correlate("large, pairs by rank", np.apply_along_axis(_rank, 0, np.stack(panel.large, axis=1))),
        "large: with BTC's return of 30 d, by rank": _agree(_rank(panel.large[0]), _rank(panel.past)),
        **_describe_funding("others", panel.others),
        **_correlate("others, pairs by rank", np.apply_along_axis(_rank, 0, panel.aligned)),
        **_describe_basis(panel),
        **_describe_prices(panel),
        **_describe_turnover(panel),
    }


def _describe_funding(name: str, series: Sequence[FloatArray]) -> Figures:
    pooled = np.concatenate(series)
    return {
        **{f"{name}: quantile {share} %": float(np.quantile(pooled, share / 100)) for share in QUANTILES},
        f"{name}: share at 0.01 %": float(np.mean(np.abs(pooled - 1) < 1e-3)),
        f"{name}: share below 0": float(np.mean(pooled < 0)),
        **{
            f"{name}: autocorrelation by rank {lag}": _middle(
                _correlate_lag(_rank(each), steps) for each in series
            )
            for lag, steps in LAGS.items()
        },
        f"{name}: mean spell above 3 bp": _measure_spells(each > SPELL_BP for each in series),
        f"{name}: mean spell below 0": _measure_spells(each < 0 for each in series),
    }


def _describe_basis(panel: Panel) -> Figures:
    large, others = panel.basis[: len(LARGE)], panel.basis[len(LARGE) :]
    return {
        "basis, large: median": _middle(map(np.median, large)),
        "basis, large: quantile 5 %": _middle(np.quantile(each, 0.05) for each in large),
        "basis, large: quantile 95 %": _middle(np.quantile(each, 0.95) for each in large),
        "basis, large: deviation": _middle(map(np.std, large)),
        "basis, others: median": _middle(map(np.median, others)),
    }


def _describe_prices(panel: Panel) -> Figures:
    daily = _relate(panel.daily)
    others = daily[1:, 1:][np.triu_indices(len(daily) - 1, 1)]
    btc = np.abs(panel.hourly[0])
    return {
        "BTC: volatility a year": float(panel.daily[:, 0].std() * np.sqrt(365)),
        "others: volatility a year": _middle(panel.daily[:, 1:].std(axis=0) * np.sqrt(365)),
        "others: daily correlation with BTC": _middle(daily[0, 1:]),
        "others: daily correlation, pairs": _middle(others),
        "BTC: kurtosis, hourly": _measure_kurtosis(panel.hourly[0]),
        "BTC: kurtosis, daily": _measure_kurtosis(panel.daily[:, 0]),
        "others: kurtosis, hourly": _middle(map(_measure_kurtosis, panel.hourly[1:])),
        "others: kurtosis, daily": _middle(map(_measure_kurtosis, panel.daily[:, 1:].T)),
        **{
            f"BTC: autocorrelation of absolute returns {lag}": _correlate_lag(btc, hours)
            for lag, hours in {"1 h": 1, "24 h": 24, "168 h": 168}.items()
        },
    }


def _describe_turnover(panel: Panel) -> Figures:
    logs = [np.log(each) for each in panel.turnover]
    return {
        **{f"turnover of rank {rank}, M USD": panel.ranked[rank - 1] for rank in (1, 2, 5, 10, 20, 29)},
        "log turnover: deviation, BTC": float(logs[0].std()),
        "log turnover: deviation, others": _middle(each.std() for each in logs[1:]),
        **{
            f"log turnover: autocorrelation {days} d": _middle(_correlate_lag(each, days) for each in logs)
            for days in (1, 7, 30)
        },
    }


def measure_made(seeds: Sequence[int] = SEEDS) -> Figures:
    """Figures of made years, one after another."""
    years = [_make_year(seed) for seed in seeds]
    shorter = float(np.mean([count for _, count in years]))
    return {**describe(_join([panel for panel, _ in years])), "intervals: shortened a year and swap": shorter}


def _join(panels: Sequence[Panel]) -> Panel:
    def chain(name: str) -> list[FloatArray]:
        series = zip(*(getattr(each, name) for each in panels), strict=True)
        return [np.concatenate(parts) for parts in series]

    return Panel(
        large=chain("large"),
        others=chain("others"),
        aligned=np.vstack([each.aligned for each in panels]),
        basis=chain("basis"),
        hourly=chain("hourly"),
        daily=np.vstack([each.daily for each in panels]),
        past=np.concatenate([each.past for each in panels]),
        turnover=chain("turnover"),
        ranked=[float(value) for value in np.median([each.ranked for each in panels], axis=0)],
    )


def _make_year(seed: int) -> tuple[Panel, float]:
    instruments = list_instruments()
    bases = [coin.base for coin in list_coins()]
    names = instruments.names[instruments.swaps].with_row_index("place")
    ours = names.filter((pl.col("venue") == "binance") & (pl.col("quote") == "USDT"))
    places = dict(zip(ours["base"], ours["place"], strict=True))
    old = [base for base in places if list_coins()[bases.index(base)].age_days > 0]
    others = [base for base in old if base not in LARGE]
    usual = {coin.base: coin.turnover_musd for coin in list_coins()}
    blocks = list(islice(walk_funding(walk_premiums(seed, walk_prices(seed, 5))), HOURS // BLOCK_HOURS))
    funding = _accrue(blocks)
    usd = np.log(np.vstack([prices.usd for prices, _, _ in blocks]))
    busy = np.vstack([prices.activity for prices, _, _ in blocks])[::24]
    interval = np.vstack([part.interval for _, _, part in blocks])[:, [places[base] for base in old]]
    panel = Panel(
        large=[funding[MONTH // 8 :, places[base]] for base in LARGE],
        others=[funding[:, places[base]] for base in others],
        aligned=funding[:, [places[base] for base in others]],
        basis=_take_basis(seed, blocks, [*LARGE, *others]),
        hourly=[np.diff(usd[:, bases.index(base)]) for base in SPOT],
        daily=np.diff(
            usd[::24, [bases.index(base) for base in ("BTC", *(b for b in old if b != "BTC"))]], axis=0
        ),
        past=(usd[MONTH:, 0] - usd[:-MONTH, 0])[:-8:8],
        turnover=[busy[:, bases.index(base)] for base in SPOT],
        ranked=sorted(
            (usual[base] * float(np.median(busy[:, bases.index(base)])) for base in TURNED_OVER), reverse=True
        ),
    )
    return panel, float((np.diff(interval, axis=0) < 0).sum() / len(old))


def _accrue(blocks: Sequence[Block]) -> FloatArray:
    """Funding per 8 hours, a row for each 8 hours, in bp."""
    rate = np.nan_to_num(np.vstack([part.paid for _, _, part in blocks])[1:-7]) * 1e4
    accrued: FloatArray = rate.reshape(-1, 8, rate.shape[1]).sum(axis=1)
    return accrued


def _take_basis(seed: int, blocks: Sequence[Block], bases: Sequence[str]) -> list[FloatArray]:
    """Middle of the swap over the middle of spot at binance, in some of the blocks."""
    names = list_instruments().names.with_row_index("number")
    ours = names.filter((pl.col("venue") == "binance") & (pl.col("quote") == "USDT"))
    found = {(row["kind"], row["base"]): row["number"] for row in ours.iter_rows(named=True)}
    pairs = [(found["spot", base], found["swap", base]) for base in bases if ("spot", base) in found]
    parts = []
    for block in range(0, len(blocks), _EVERY_BLOCK):
        prices, premium, _ = blocks[block]
        books = draw_books(open_stream(seed, Purpose.BOOK, block), list_instruments(), prices, premium)
        middle = (books.bid + books.ask) / 2
        parts.append([(middle[:, swap] / middle[:, spot] - 1) * 1e4 for spot, swap in pairs])
    return [np.concatenate(each) for each in zip(*parts, strict=True)]


def measure_recorded(folder: Path) -> Figures:
    """Figures of recorded history, July 2023 to June 2025 where nothing else is said."""
    funding = _read_funding(folder)
    figures = describe(_read_panel(folder, funding))
    pooled = [funding.filter(_is("hyperliquid", base))["bp"].to_numpy() for base in LARGE]
    for share in (90, 95, 99):
        ours = figures[f"large: quantile {share} %"]
        theirs = float(np.quantile(np.concatenate(pooled), share / 100))
        name = f"others: quantile {share} %"
        figures[name] = 1 + (figures[name] - 1) * (ours - 1) / (theirs - 1)
    return {**figures, "intervals: shortened a year and swap": _count_shortened(folder)}


def _read_funding(folder: Path) -> pl.DataFrame:
    """Funding in bp per 8 hours: columns `venue`, `base`, `ts`, `bp`, a row for each 8 hours."""
    frame = pl.scan_parquet(folder / "funding.parquet").filter(
        _RECENT
        & (
            (pl.col("venue") == "hyperliquid")
            | ((pl.col("venue") == "binance") & pl.col("symbol").is_in([f"{b}/USDT:USDT" for b in LARGE]))
        )
    )
    return (
        frame.group_by("venue", base=_BASE, ts=pl.col("ts").dt.truncate("8h"))
        .agg(
            bp=(pl.col("rate") * 8e4 / pl.col("interval_hours")).mean(), hours=pl.col("interval_hours").sum()
        )
        .filter(pl.col("hours") >= 7)
        .sort("venue", "base", "ts")
        .collect()
    )


def _read_panel(folder: Path, funding: pl.DataFrame) -> Panel:
    bars = pl.scan_parquet(folder / "ohlcv.parquet").with_columns(base=_BASE)
    theirs = funding.filter((pl.col("venue") == "hyperliquid") & ~pl.col("base").is_in(LARGE))
    long = [part["bp"].to_numpy() for _, part in theirs.group_by("base", maintain_order=True)]
    wide = theirs.filter(pl.len().over("base") > 1900).pivot("base", index="ts", values="bp").drop_nulls()
    hourly = _read_hourly(bars, "spot")
    btc = hourly.filter(pl.col("base") == "BTC").with_columns(
        past=pl.col("close").log() - pl.col("close").log().shift(MONTH)
    )
    large = [funding.filter(_is("binance", base)) for base in LARGE]
    closed = btc.select("past", ts=pl.col("ts").dt.offset_by("1h"))
    known = large[0].join(closed, on="ts", how="left", maintain_order="left")["past"]
    traded = _read_hourly(bars, "swap")
    return Panel(
        large=[each["bp"].to_numpy() for each in large],
        others=[each for each in long if each.size > 1000],
        aligned=wide.drop("ts").to_numpy(),
        basis=_read_basis(hourly, traded),
        hourly=[
            hourly.filter(pl.col("base") == base)["close"].log().diff().drop_nulls().to_numpy()
            for base in SPOT
        ],
        daily=_read_daily(bars),
        past=known.fill_null(strategy="forward").fill_null(strategy="backward").to_numpy(),
        turnover=[_add_turnover(hourly.filter(pl.col("base") == base)) for base in SPOT],
        ranked=_rank_turnover(traded),
    )


def _read_hourly(bars: pl.LazyFrame, market: str) -> pl.DataFrame:
    wanted = (pl.col("venue") == "binance") & (pl.col("market") == market) & (pl.col("timeframe") == "1h")
    rows = bars.filter(wanted & _RECENT & pl.col("symbol").str.contains("/USDT"))
    return rows.unique(["base", "ts"]).sort("base", "ts").collect()


def _read_basis(spot: pl.DataFrame, swap: pl.DataFrame) -> list[FloatArray]:
    bp = (pl.col("close_swap") / pl.col("close") - 1) * 1e4
    joined = spot.join(swap, on=["base", "ts"], suffix="_swap", maintain_order="left").with_columns(bp=bp)
    others = [base for base in joined["base"].unique().sort() if base not in LARGE]
    return [joined.filter(pl.col("base") == base)["bp"].to_numpy() for base in (*LARGE, *others)]


def _read_daily(bars: pl.LazyFrame) -> FloatArray:
    """Daily log returns of swaps at hyperliquid that were traded all the time, BTC first."""
    wanted = (pl.col("venue") == "hyperliquid") & (pl.col("market") == "swap") & (pl.col("timeframe") == "4h")
    closes = (
        bars.filter(wanted & _RECENT)
        .group_by("base", ts=pl.col("ts").dt.truncate("1d"))
        .agg(pl.col("close").sort_by("ts").last().log())
        .filter(pl.len().over("base") >= 700)
        .collect()
        .pivot("base", index="ts", values="close", sort_columns=True)
        .sort("ts")
        .drop_nulls()
    )
    return np.diff(closes.select("BTC", pl.exclude("ts", "BTC")).to_numpy(), axis=0)


def _add_turnover(hourly: pl.DataFrame) -> FloatArray:
    daily = hourly.group_by(pl.col("ts").dt.truncate("1d")).agg(
        usd=(pl.col("volume") * pl.col("close")).sum(), bars=pl.len()
    )
    return daily.filter(pl.col("bars") == 24).sort("ts")["usd"].to_numpy()


def _rank_turnover(swap: pl.DataFrame) -> list[float]:
    """Median of daily turnover in May and June 2025, in millions of USD."""
    late = swap.filter(pl.col("ts") >= datetime(2025, 5, 1, tzinfo=UTC))
    return sorted((_middle(_add_turnover(part)) / 1e6 for part in late.partition_by("base")), reverse=True)


def _count_shortened(folder: Path) -> float:
    frame = pl.read_parquet(folder / "funding.parquet").filter(pl.col("venue") == "binance")
    ours = frame.filter(pl.col("symbol").str.contains("USDT:USDT")).sort("symbol", "ts")
    late = ours.filter(pl.col("ts") >= datetime(2025, 2, 1, tzinfo=UTC))
    shorter = (pl.col("interval_hours").diff() < 0).over("symbol").sum()
    count, hours = late.select(shorter.alias("count"), pl.col("interval_hours").cast(pl.Int64).sum()).row(0)
    return float(count / (hours / 8760))


def _is(venue: str, base: str) -> pl.Expr:
    return (pl.col("venue") == venue) & (pl.col("base") == base)


def _middle(values: Iterable[float] | FloatArray) -> float:
    return float(np.median(list(values)))


def _rank(values: FloatArray) -> FloatArray:
    """Ranks, the mean of them where values are equal."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[place]


def _agree(one: FloatArray, other: FloatArray) -> float:
    return float(_relate(np.stack([one, other], axis=1))[0, 1])


def _relate(series: FloatArray) -> FloatArray:
    """Correlations of every column with every other."""
    centred = series - series.mean(axis=0)
    covariance = centred.T @ centred
    deviation = np.sqrt(np.diag(covariance))
    related: FloatArray = covariance / np.outer(deviation, deviation)
    return related


def _correlate_lag(values: FloatArray, steps: int) -> float:
    return _agree(values[:-steps], values[steps:])


def _correlate(name: str, series: FloatArray) -> Figures:
    upper = np.triu_indices(series.shape[1], 1)
    daily = series[: len(series) // 3 * 3].reshape(-1, 3, series.shape[1]).mean(axis=1)
    return {
        f"{name}: correlation 8 h": _middle(_relate(series)[upper]),
        f"{name}: correlation 1 d": _middle(_relate(daily)[upper]),
    }


def _measure_kurtosis(values: FloatArray) -> float:
    centred = values - values.mean()
    return float(np.mean(centred**4) / np.mean(centred**2) ** 2)


def _measure_spells(series: Iterable[NDArray[np.bool_]]) -> float:
    """Mean length of spells in days."""
    lengths = []
    for each in series:
        edges = np.diff(np.concatenate(([0], each.astype(np.int64), [0])))
        lengths.append(np.flatnonzero(edges < 0) - np.flatnonzero(edges > 0))
    return float(np.concatenate(lengths).mean() / 3)


if __name__ == "__main__":
    made = measure_made()
    recorded = measure_recorded(Path(sys.argv[1]))
    for figure, value in recorded.items():
        print(f"| {figure} | {value:.2f} | {made[figure]:.2f} |")
