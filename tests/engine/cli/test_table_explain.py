from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.cli.app import app
from engine.cli.console import ExitCode
from engine.operations.starter import find_starter

TABLE = 'id,net_apr,abs(gap_bps),quote,then size\nA,>= 5%,<= most,"USDT,USDC",1\nB,(2%..4%),-,-,0.5\n'
ROWS = """\
pair,net_apr,gap_bps,quote
a:X,0.049,3,USDT
a:Y,null,3,USDT
a:Z,0.06,3,EUR
a:W,0.02,3,USDC
a:V,0.05,,USDC
"""
LONE = ("--with", "most=10bps", "--schema", "quote=USDT|USDC")
ENTRY = find_starter() / "draft" / "entry.csv"


@pytest.fixture
def table(tmp_path: Path) -> str:
    (tmp_path / "sizes.csv").write_text(TABLE)
    (tmp_path / "rows.csv").write_text(ROWS)
    return str(tmp_path / "sizes.csv")


def rows_beside(table: str) -> tuple[str, str]:
    return "--data", str(Path(table).with_name("rows.csv"))


def explain(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["table", "explain", *arguments], env={"NO_COLOR": "1", "COLUMNS": "200"})


def read_lines(result: Result) -> list[str]:
    assert result.exit_code == ExitCode.OK, result.output
    return [" ".join(line.split()) for line in result.stdout.splitlines() if line.strip()]


def test_one_row_is_shown_cell_by_cell(table: str) -> None:
    lines = read_lines(
        explain(table, *LONE, "--with", "net_apr=2%", "--with", "gap_bps=-12", "--with", "quote=USDT")
    )
    assert lines[:2] == ["row 0: no rule fires", "nearest: B: net_apr on its bound, which is left out"]
    assert lines[4:] == [
        "A net_apr 2.00 % >= 5% failed 3.00 % short",
        "abs(gap_bps) 0.120 % <= most failed 0.020 % over",
        "quote USDT USDT,USDC passed",
        "B net_apr 2.00 % (2%..4%) failed 0, the bound is left out",
    ]


def test_several_rows_are_a_line_each(table: str) -> None:
    lines = read_lines(explain(table, *LONE, *rows_beside(table)))
    assert lines[0] == "row pair decision nearest"
    assert lines[2:] == [
        "0 a:X no rule fires A: net_apr short by 0.10 %",
        "1 a:Y unknown, A, B possible A: net_apr unknown",
        "2 a:Z no rule fires B: net_apr over by 2.00 %",
        "3 a:W no rule fires B: net_apr on its bound, which is left out",
        "4 a:V unknown, A possible A: abs(gap_bps) unknown",
    ]


def test_a_row_and_a_rule_are_chosen(table: str) -> None:
    chosen = read_lines(explain(table, *LONE, *rows_beside(table), "--row", "2", "--rule", "A"))
    assert chosen[0] == "row 2: no rule fires"
    assert chosen[4:] == [
        "A net_apr 6.00 % >= 5% passed",
        "abs(gap_bps) 0.030 % <= most passed",
        "quote EUR USDT,USDC failed",
    ]
    by_rule = read_lines(explain(table, *LONE, *rows_beside(table), "--rule", "A"))
    assert by_rule[0] == "row pair decision A"
    assert by_rule[4] == "2 a:Z no rule fires A: quote failed"


def test_json_has_every_cell(table: str) -> None:
    result = explain(table, *LONE, *rows_beside(table), "--row", "0", "--json")
    told = json.loads(result.stdout)
    assert (told["path"], told["table"], len(told["rows"])) == (table, "sizes", 1)
    (row,) = told["rows"]
    assert (row["row"], row["nearest"], row["failed"]) == (0, "A", ["net_apr"])
    assert row["decision"] == {"size": None, "rule": None, "state": "default", "possible": []}
    assert row["values"] == {"net_apr": 0.049, "abs(gap_bps)": 3.0, "quote": "USDT"}
    cell = row["rules"][0]["cells"][0]
    assert (cell["outcome"], cell["unit"], cell["at_open_bound"]) == ("failed", "apr", False)
    assert cell["distance"] == pytest.approx(0.001, abs=1e-12)
    assert [rule["rule"] for rule in row["rules"]] == ["A", "B"]
    narrowed = json.loads(explain(table, *LONE, *rows_beside(table), "--rule", "B", "--json").stdout)
    assert [[rule["rule"] for rule in row["rules"]] for row in narrowed["rows"]] == [["B"]] * 5


def test_a_table_of_a_book_knows_its_columns_and_parameters() -> None:
    given = ("--with", "net_apr=4.9%", "--with", "depth_usd=30k", "--with", "strong_net_apr=13%")
    lines = read_lines(explain(str(ENTRY), *given))
    assert lines[0] == "row 0: no rule fires: enter false, priority 0"
    assert "E1 net_apr 4.90 % >= strong_net_apr failed 8.10 % short" in lines
    assert "E2 net_apr 4.90 % [entry_net_apr..strong_net_apr) failed 0.10 % short" in lines
    assert "depth_usd 30 k usd >= 5 * min_depth_usd failed 70 k usd" in lines
    assert lines.count("hours_since_exit never >= reentry_wait passed") == 2


def test_metrics_are_computed_where_their_inputs_are_given() -> None:
    prices = ("spot_bid=100", "spot_ask=100.1", "perp_bid=100", "perp_ask=100.02")
    given = [word for setting in prices for word in ("--with", setting)]
    lines = read_lines(explain(str(ENTRY), *given, "--rule", "E1"))
    assert "basis_in -0.100 % [-10bps..max_entry_basis] passed" in lines
    assert "spread 0.100 % <= max_spread passed" in lines
    assert "vol unknown <= max_vol unknown" in lines
    overridden = read_lines(explain(str(ENTRY), *given, "--with", "spread=12bps", "--rule", "E1"))
    assert "spread 0.120 % <= max_spread failed 0.020 % over" in overridden


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], ExitCode.USAGE, "give values with --with, or rows with --data"),
        (["--with", "net_apr"], ExitCode.USAGE, "not of the form name=value"),
        (["--with", "vol=1", "--with", "vol=2"], ExitCode.USAGE, "--with vol is given twice"),
        (["--with", "max_vl=4"], ExitCode.FAULT, 'did you mean "max_vol"?'),
        (["--with", "nte_apr=4"], ExitCode.FAULT, 'did you mean "net_apr"?'),
        (["--with", "volume_usd=4%"], ExitCode.FAULT, "give it in units of money"),
        (["--with", "net_apr=high"], ExitCode.FAULT, '"net_apr" is a rate per time in apr, not `high`'),
        (["--with", "net_apr=1,5"], ExitCode.FAULT, "decimal comma"),
        (["--with", "ts=yesterday"], ExitCode.FAULT, "write it as 2026-01-31"),
        (["--with", "entry_net_apr=400%"], ExitCode.FAULT, "above its maximum"),
        (["--with", "vol=1", "--rule", "E9"], ExitCode.USAGE, "rules are E1, E2"),
        (["--with", "vol=1", "--row", "1"], ExitCode.USAGE, "there is no row 1"),
        (["--with", "vol=1", "--hit-policy", "ANY"], ExitCode.USAGE, "is in a book"),
        (["--data", "no-such-file.csv"], ExitCode.USAGE, "does not exist"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_call_is_explained(arguments: list[str], code: ExitCode, says: str) -> None:
    result = explain(str(ENTRY), *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert says in result.stderr


def test_columns_that_nothing_reads_are_named(tmp_path: Path) -> None:
    data = tmp_path / "rows.csv"
    data.write_text("net_apr,fundng_apr,max_vol\n0.05,1,2\n")
    result = explain(str(ENTRY), "--data", str(data))
    assert result.exit_code == ExitCode.OK
    assert result.stderr.splitlines() == ["columns that nothing reads: fundng_apr, max_vol"]
    assert explain(str(ENTRY), "--with", "net_apr=5%").stderr == ""


def test_a_lone_file_with_what_only_its_book_would_know(table: str) -> None:
    result = explain(table, "--with", "net_apr=2%")
    assert result.exit_code == ExitCode.FAULT
    assert 'sizes.csv:1 [abs(gap_bps)] unknown name "gap_bps"' in result.stderr


def test_a_setting_that_no_cell_of_a_lone_file_names(table: str) -> None:
    result = explain(table, *LONE, *rows_beside(table), "--with", "mots=5bps")
    assert (result.exit_code, result.stdout) == (ExitCode.FAULT, "")
    assert result.stderr.strip() == 'the table has no name "mots"; did you mean "most"?'


def test_a_file_in_a_book_that_is_no_table() -> None:
    result = explain(str(ENTRY.with_name("metrics.csv")), "--with", "vol=1")
    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert "is no decision table of the book; its tables are universe, entry, exit" in result.stderr


@pytest.mark.parametrize("options", [[], ["--schema", "x=number"]])
@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("x\n1\nabc\n3\nde\n", "rows.csv:3 [x] `abc` is no number, and 1 more are none"),
        ("x;y\n1,5;2\n", "rows.csv:2 [x] `1,5` is no number; write decimals with a point"),
    ],
)
def test_rows_with_a_value_that_is_no_number(
    tmp_path: Path, options: list[str], rows: str, says: str
) -> None:
    lone, data = tmp_path / "sizes.csv", tmp_path / "rows.csv"
    lone.write_text("id,x,then size\na,> 1,1\n")
    data.write_text(rows)
    result = explain(str(lone), "--data", str(data), *options)
    assert result.exit_code == ExitCode.FAULT
    assert says in " ".join(result.stderr.split())


def test_texts_of_rows_are_not_blamed_where_the_table_is_at_fault(tmp_path: Path) -> None:
    lone, data = tmp_path / "sizes.csv", tmp_path / "rows.csv"
    lone.write_text("id,x,y,z,then size\na,> 1,-,1INCH,1\n")
    data.write_text("x,y,z\nabc,,1\nde,,1INCH\n")
    result = explain(str(lone), "--data", str(data))
    assert result.exit_code == ExitCode.FAULT
    assert "rows.csv" not in result.stderr
    assert "sizes.csv:2 [x] a text is compared with a number" in " ".join(result.stderr.split())
