"""Every limit of the starter book: where it bites, and where it just does not."""

from __future__ import annotations

from typing import Any

import polars as pl

AROUND = ("flow", "errors", "latency", "usdt", "swing", "days", "alike")


def read_word(word: str) -> tuple[str, float | None, float, float]:
    """The name, the value and the first and last minute of `name=value@first-last`."""
    name, said = word.strip().split("=", 1)
    value, _, span = said.partition("@")
    first, _, last = span.partition("-")
    begins = float(first) if first else -1.0
    return name, None if value == "null" else float(value), begins, float(last or first or 1e9)


def build_around(desk: Any, case: dict[str, str]) -> Any:
    told = [read_word(word) for word in case["market"].split(";") if word.strip()]
    by_name = {name: [each for each in told if each[0] == name] for name in AROUND}
    usual = desk.Around()
    return desk.Around(
        flows=(
            (0, "main", float(case["deposit"])),
            *((each[2], "main", each[1]) for each in by_name["flow"]),
        ),
        errors=tuple((each[2], "binance", each[1]) for each in by_name["errors"]) or usual.errors,
        latency=tuple((each[2], "binance", each[1]) for each in by_name["latency"]) or usual.latency,
        dollars=tuple((each[2], each[1]) for each in by_name["usdt"]) or usual.dollars,
        days=int(by_name["days"][0][1] or 0) if by_name["days"] else usual.days,
        alike=bool(by_name["alike"]),
        swing=by_name["swing"][0][1] if by_name["swing"] else usual.swing,
    )


def build_rows(desk: Any, case: dict[str, str]) -> list[dict[str, Any]]:
    """Rows of Bitcoin, and from minute 10 on of Ether where Bitcoin is held: a verdict is given on it."""
    told = [read_word(word) for word in case["market"].split(";") if word.strip()]
    rows = []
    for minute in map(float, case["minutes"].split()):
        coins = ["BTC"]
        if case["held"] == "both" or (case["held"] and minute > 1):
            coins.append("ETH")
        for coin in coins:
            # Of Ether no order is large enough, where it is there to be gated only.
            few = coin == "ETH" and case["held"] == "yes"
            changes: dict[str, float | None] = {"spot_min_notional_usd": 1e6} if few else {}
            for name, value, first, last in told:
                of, _, column = name.rpartition(".")
                if name not in AROUND and first <= minute <= last and of in ("", coin):
                    changes |= {column: value} if column != "perp" else quote_perp(value)
            rows.append(desk.quote(minute, coin, **changes))
    return rows


def quote_perp(ask: float | None) -> dict[str, float | None]:
    """Another price of the contract, with its mark as it was."""
    assert ask is not None
    return {"perp_ask": ask, "perp_bid": ask - 0.1}


def tell(traded: Any, coin: str) -> dict[str, str]:
    last = traded.book["ts"][-1]
    verdicts = traded.verdicts.filter((pl.col("ts") == last) & pl.col("pair").str.contains(coin)).to_dicts()
    acts = traded.acts.filter(pl.col("ts") == last).to_dicts()
    begins = traded.changes.filter(pl.col("change") == "begins")["limit"].unique(maintain_order=True)
    return {
        "verdict": " ".join(f"{each['verdict']} {each['limit'] or ''}".strip() for each in verdicts),
        "act": " ".join(f"{NAMES.get(each['act'], each['act'])} {each['limit'] or ''}" for each in acts),
        "begins": " ".join(begins),
    }


NAMES = {"urgent": "close"}


def test_a_limit(limits_case: dict[str, str], desk: Any) -> None:
    case = limits_case
    trade = desk.run_each if case["note"].startswith(("it ", "then ", "the next")) else desk.run
    traded = trade(build_rows(desk, case), desk.make_book(case["book"]), around=build_around(desk, case))
    told = tell(traded, "ETH" if case["held"] else "BTC")
    assert told == {name: case[name] for name in told}
