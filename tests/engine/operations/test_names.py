from __future__ import annotations

import pytest

from engine.errors import UsageError
from engine.market.catalogue import NEVER
from engine.operations.names import list_names
from engine.operations.starter import find_starter


def test_every_table_sees_its_names() -> None:
    listed = {name.name: name for name in list_names(find_starter())}
    assert listed["spot_ask"].source == "market"
    assert listed["net_apr"].source == "metric"
    assert listed["max_fee"].source == "parameter"
    assert listed["equity_usd"].scopes == ("book", "account", "venue")
    assert listed["action"].tables == ("execution",)
    assert listed["action"].sight == "execution"
    assert listed["equity_usd"].sight == "limits of book, account, venue"
    assert (listed["spot_ask"].sight, listed["spot_ask"].unit) == ("all tables", "price")
    assert (listed["base"].unit, listed["max_fee"].unit, listed["perp_leverage"].unit) == (
        "text",
        "%",
        "number",
    )
    assert listed["hours_since_exit"].flat == NEVER
    assert "universe" not in listed["age_hours"].tables
    assert {"entry", "exit", "limits"} <= set(listed["age_hours"].tables)
    assert "BTC" in listed["base"].words
    assert {name for name, each in listed.items() if not each.meaning and each.source == "market"} == set()


def test_the_names_of_one_table() -> None:
    assert "age_hours" not in {name.name for name in list_names(find_starter(), "universe")}
    assert "drawdown" in {name.name for name in list_names(find_starter(), "limits")}
    with pytest.raises(UsageError, match='did you mean "entry"'):
        list_names(find_starter(), "entri")
