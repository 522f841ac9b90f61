"""Quotes become candidates: one instrument per leg, equal in the keys of the pairing."""

from __future__ import annotations

from functools import reduce
from itertools import combinations

import polars as pl

from engine.frames.pairs import LEG_FLAGS, LEG_NUMBERS, LEG_TEXTS
from engine.frames.quotes import QUOTE_COLUMNS
from engine.market.clean import PRICES
from engine.model import Leg, Pairing

_SHARED = ("venue", "base", "quote")
_EQUIVALENT = "·"  # no word of a quote is this sign


def pair_quotes(quotes: pl.DataFrame, pairing: Pairing) -> pl.DataFrame:
    """Candidates of every time: each combination of one quote per leg that agrees in the keys.

    A leg takes quotes of its kind, all of them or the best one of each time and keys; no instrument stands
    on two legs, and any two legs differ in the columns of `Pairing.differ`. A text that is null is neither
    equal to another nor different from it. `venue`, `base` and `quote` of a pair are those of its first leg.
    A pair stands for the shortest `step_s` of its swaps, or of all its legs where no swap has one: a spot
    market serves several swaps that are settled at their own paces. It is as old as its oldest quote. Its id
    is `venue:symbol`; see `_name_pair`.

    Prices of a leg are per coin: what the venue quotes, divided by `<leg>_multiplier`. Where that is null
    they are as quoted.

    Args:
        quotes: Cleaned quotes, as in `engine.frames.quotes`.
        pairing: Legs and keys; a key is a text column of a quote.

    Returns:
        Rows as in `engine.frames.pairs`, sorted by pair and time.

    Raises:
        ValueError: There is no leg, a key is no text column of a quote, or the pairing contradicts itself.
    """
    _check_pairing(pairing)
    on = ["ts", *pairing.keys]
    sides = [_take_leg(quotes, leg, pairing) for leg in pairing.legs]
    joined = reduce(lambda left, right: left.join(right, on=on, how="inner"), sides)
    first = pairing.legs[0].name
    ages = [pl.col(f"{leg.name}_age_s") for leg in pairing.legs]
    columns = [
        f"{leg.name}_{name}" for leg in pairing.legs for name in (*LEG_TEXTS, *LEG_NUMBERS, *LEG_FLAGS)
    ]
    return (
        joined.filter(_stand_on_different_instruments(pairing.legs), _differ(pairing))
        .select(
            "ts",
            _name_pair(pairing).alias("pair"),
            *(pl.col(f"{first}_{name}").alias(name) for name in _SHARED),
            _find_step(pairing.legs).alias("step_s"),
            _find_oldest(ages).alias("quote_age_s"),
            *columns,
        )
        .sort("pair", "ts")
    )


def names_spots(pairing: Pairing) -> bool:
    """Whether the id of a pair names its spot legs; else two spot markets would make two pairs of one id."""
    shares_all = set(_SHARED) <= set(pairing.keys) - set(pairing.equivalent)
    return not shares_all or all(leg.kind == "spot" for leg in pairing.legs)


def _check_pairing(pairing: Pairing) -> None:
    if not pairing.legs:
        raise ValueError("a pairing needs at least one leg")
    named = (*pairing.keys, *pairing.equivalent, *pairing.differ)
    unknown = [key for key in named if QUOTE_COLUMNS.get(key) != pl.String()]
    if unknown:
        raise ValueError(f"no text column of a quote: {', '.join(unknown)}")
    both = set(pairing.keys) & set(pairing.differ)
    if both:
        raise ValueError(f"legs cannot be equal and different in {', '.join(sorted(both))}")
    loose = set(pairing.equivalent) - set(pairing.keys)
    if loose:
        raise ValueError(f"words are equivalent in what is no key: {', '.join(sorted(loose))}")


def _take_leg(quotes: pl.DataFrame, leg: Leg, pairing: Pairing) -> pl.DataFrame:
    """Quotes of the leg's kind under the leg's names, with the keys kept to join on."""
    opens, closes = ("ask", "bid") if leg.side == "buy" else ("bid", "ask")
    prefix = f"{leg.name}_"
    of_kind = quotes.filter(pl.col("kind") == leg.kind).with_columns(
        pl.col(PRICES) / pl.col("multiplier").fill_null(1.0)
    )
    taken = of_kind.select(
        "ts",
        *(_read_key(key, pairing) for key in pairing.keys),
        *(pl.col(name).alias(prefix + name) for name in QUOTE_COLUMNS if name != "ts"),
        pl.col(opens).alias(prefix + "open"),
        pl.col(closes).alias(prefix + "close"),
    )
    return taken if leg.pick == "all" else _pick_best(taken, leg, ["ts", *pairing.keys])


def _read_key(key: str, pairing: Pairing) -> pl.Expr:
    """What legs are joined on: words that are equivalent count as one."""
    words = pairing.equivalent.get(key)
    if not words:
        return pl.col(key)
    return pl.when(pl.col(key).is_in(words)).then(pl.lit(_EQUIVALENT)).otherwise(pl.col(key)).alias(key)


def _pick_best(taken: pl.DataFrame, leg: Leg, on: list[str]) -> pl.DataFrame:
    """Of the instruments of each time and keys the one that opens the leg at the best price.

    Equal ones go by the names of venue and symbol; an unknown price is worse than any other.
    """
    order = [f"{leg.name}_{name}" for name in ("open", "venue", "symbol")]
    best_first = taken.sort(order, descending=[leg.side == "sell", False, False], nulls_last=True)
    return best_first.unique(on, keep="first", maintain_order=True)


def _find_step(legs: tuple[Leg, ...]) -> pl.Expr:
    """The shortest step of the swaps; of all legs where no swap has one."""
    swaps = [pl.col(f"{leg.name}_step_s") for leg in legs if leg.kind == "swap"]
    every = pl.min_horizontal(pl.col(f"{leg.name}_step_s") for leg in legs)
    return pl.coalesce(pl.min_horizontal(swaps), every) if swaps else every


def _find_oldest(ages: list[pl.Expr]) -> pl.Expr:
    """The largest age; unknown if one is."""
    return pl.when(pl.all_horizontal(age.is_not_null() for age in ages)).then(pl.max_horizontal(ages))


def _stand_on_different_instruments(legs: tuple[Leg, ...]) -> pl.Expr:
    differ = [
        pl.concat_str(f"{one.name}_venue", pl.lit(":"), f"{one.name}_symbol")
        != pl.concat_str(f"{other.name}_venue", pl.lit(":"), f"{other.name}_symbol")
        for one, other in combinations(legs, 2)
        if one.kind == other.kind
    ]
    return pl.all_horizontal(pl.lit(value=True), *differ)


def _differ(pairing: Pairing) -> pl.Expr:
    differ = [
        pl.col(f"{one.name}_{column}") != pl.col(f"{other.name}_{column}")
        for one, other in combinations(pairing.legs, 2)
        for column in pairing.differ
    ]
    return pl.all_horizontal(pl.lit(value=True), *differ)


def _name_pair(pairing: Pairing) -> pl.Expr:
    """`venue:symbol` of each leg, joined by `_`.

    A venue has one spot market for a base and a quote, so where all three are keys the spot legs
    say nothing that the others do not, and are left out: `binance:BTC/USDT:USDT`. Where words are equivalent
    in one of the three that is not so.
    """
    told = tuple(leg for leg in pairing.legs if leg.kind != "spot" or names_spots(pairing))
    names = [pl.concat_str(f"{leg.name}_venue", pl.lit(":"), f"{leg.name}_symbol") for leg in told]
    return pl.concat_str(names, separator="_")
