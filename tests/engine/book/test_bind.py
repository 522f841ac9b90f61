from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from engine.book.bind import bind
from engine.book.compile import compile_book
from engine.book.load import load_book
from engine.errors import BookErrors


def test_parameters_are_given_their_values(draft: Path) -> None:
    compiled = compile_book(load_book(draft))
    own, changed = bind(compiled), bind(compiled, {"max_fee": "15bps", "max_vol": 0.5})
    fee = own.parameters["max_fee"]
    assert (str(fee.value), fee.type.unit.name) == ("0.2", "%")
    assert str(changed.parameters["max_fee"].value) == "15"
    assert {name for name in own.parameters if own.parameters[name] != changed.parameters[name]} == {
        "max_fee",
        "max_vol",
    }


@pytest.mark.parametrize(
    ("values", "code", "says"),
    [
        ({"max_fe": "1%"}, "parameter.unknown", 'did you mean "max_fee"?'),
        ({"max_fee": "1.01%"}, "parameter.bounds", "above its maximum"),
        ({"expected_hold": "6d"}, "parameter.bounds", "below its minimum"),
        ({"expected_hold": "30%"}, "parameter.kind", "is a duration in d, not a ratio in %"),
        ({"expected_hold": 30}, "parameter.kind", "with its unit"),
        ({"max_fee": True}, "parameter.kind", "not a boolean"),
        ({"max_fee": "0,1%"}, "number.comma", "write decimals with a point: `0.1%`"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    draft: Path, values: dict[str, object], code: str, says: str
) -> None:
    with pytest.raises(BookErrors) as raised:
        bind(compile_book(load_book(draft)), values)
    (fault,) = raised.value.diagnostics
    assert fault.code == code
    assert says in str(fault)


def test_bounds_themselves_are_allowed(draft: Path) -> None:
    compiled = compile_book(load_book(draft))
    values = bind(compiled, {"expected_hold": "7d", "max_fee": "100bps"}).parameters
    assert str(values["max_fee"].value) == "100"


def test_a_window_that_is_a_parameter_is_measured_when_it_is_known(draft: Path) -> None:
    parameters, metrics = draft / "parameters.csv", draft / "metrics.csv"
    parameters.write_text(parameters.read_text() + "window,7d,,1d,100d,\n")
    metrics.write_text(metrics.read_text().replace("basis_out, 7d", "basis_out, window"))
    compiled = compile_book(load_book(draft))
    assert str(bind(compiled, {"window": "30d"}).parameters["window"].value) == "30"
    with pytest.raises(BookErrors, match="looks back 31 d, further than the history of the book"):
        bind(compiled, {"window": "31d"})


def test_weights_are_computed_for_every_row(draft: Path) -> None:
    manifest = draft / "book.toml"
    text = manifest.read_text(encoding="utf-8")
    text = text.replace('side = "sell",', 'side = "sell", weight = "leverage / spot_ask",')
    manifest.write_text(text, encoding="utf-8")
    bound = bind(compile_book(load_book(draft)))
    weights = bound.weigh(pl.DataFrame({"spot_ask": [2.0, 0.0, None]}))
    assert weights.to_dict(as_series=False) == {"spot": [1.0, 1.0, 1.0], "perp": [2.5, None, None]}
