"""The documentation is true: its examples are run, its generated parts are fresh, links lead somewhere."""

from __future__ import annotations

import ast
import math
import re
import shlex
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from engine import BookErrors, compile_formula, evaluate
from engine.cli.app import app
from engine.language import units
from engine.language.bind import bind
from engine.language.check import check_cell, check_formula
from engine.language.check.calls import function_names
from engine.language.formula import read_parameters
from engine.language.lexing import KEYWORDS
from engine.language.names import build_scope
from engine.language.reference import KEYWORD_NOTES, OPERATOR_NOTES, fill_page
from engine.language.standard import STANDARD_FUNCTIONS
from engine.language.to_polars import to_polars

REPOSITORY = Path(__file__).resolve().parents[1]
RULES = (REPOSITORY / "docs" / "rules.md").read_text(encoding="utf-8")
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
PAGES = [REPOSITORY / "README.md", REPOSITORY / "rules" / "README.md", *(REPOSITORY / "docs").rglob("*.md")]

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """A table of the page: its header and its rows by header."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


def list_tables(page: str) -> Iterator[Sample]:
    for block in re.findall(r"(?:^\|.*\|\n)+", page, re.MULTILINE):
        header, _, *rows = [
            [cell.strip() for cell in line.strip("|").split(" | ")] for line in block.splitlines()
        ]
        yield Sample(
            tuple(map(plain, header)), tuple(dict(zip(map(plain, header), row, strict=True)) for row in rows)
        )


def plain(text: str) -> str:
    """A text without the marks of code."""
    return text.strip().removeprefix("`").removesuffix("`")


TABLES = list(list_tables(RULES))


def tables_of(*header: str) -> list[Sample]:
    return [table for table in TABLES if table.header[: len(header)] == header]


NAMES = tables_of("name", "declared as", "value")[0].rows
PARAMETERS = {plain(row["name"]): plain(row["value"]) for row in NAMES if row["declared as"] == "parameter"}
COLUMNS = [row for row in NAMES if row["declared as"] != "parameter"]


def declare(text: str) -> Any:
    return text.removeprefix("words: ").split(", ") if text.startswith("words: ") else text


SCHEMA = {plain(row["name"]): declare(row["declared as"]) for row in COLUMNS}
MARKET = pl.select(compile_formula(plain(row["value"]), {}).alias(plain(row["name"])) for row in COLUMNS)


def compute(text: str) -> Any:
    """The value of a formula in the market of the page, or the code of its first fault."""
    try:
        return MARKET.select(result=compile_formula(text, SCHEMA, PARAMETERS))["result"].item()
    except BookErrors as errors:
        return f"refused: {errors.diagnostics[0].code}"


def compute_cell(cell: str, header: str) -> Any:
    """Whether the value of a column passes a cell, or the code of the cell's first fault."""
    scope = build_scope(SCHEMA, PARAMETERS)
    subject = check_formula(header, scope).core
    assert subject is not None, header
    name = scope.find(header)
    checked = check_cell(cell, subject, scope, vocabulary=name.vocabulary if name else None)
    if checked.core is None:
        return f"refused: {checked.diagnostics[0].code}"
    return MARKET.select(result=to_polars(bind(checked.core, read_parameters(PARAMETERS))))["result"].item()


def read_result(text: str) -> Any:
    if text == "unknown":
        return None
    return text if text.startswith("refused: ") else compute(text)


def agrees(value: Any, expected: Any) -> bool:
    if isinstance(value, float) and isinstance(expected, float):
        return math.isclose(value, expected, rel_tol=1e-12, abs_tol=1e-12)
    return type(value) is type(expected) and bool(value == expected)


def list_formulas() -> Iterator[tuple[str, str]]:
    yield from re.findall(r"`([^`\n]+)` → `([^`\n]+)`", RULES)
    for table in tables_of("formula", "result"):
        for row in table.rows:
            yield plain(row["formula"]), plain(row["result"])


FORMULAS = list(list_formulas())
CELLS = [row for table in tables_of("cell", "column", "result") for row in table.rows]


@pytest.mark.parametrize(("text", "result"), FORMULAS)
def test_a_formula_has_the_result_that_the_page_tells(text: str, result: str) -> None:
    value = compute(text)
    assert agrees(value, read_result(result)), f"{text} is {value}"


@pytest.mark.parametrize("row", CELLS, ids=[f"{row['cell']} {row['column']}" for row in CELLS])
def test_a_cell_has_the_result_that_the_page_tells(row: Row) -> None:
    value = compute_cell(plain(row["cell"]), plain(row["column"]))
    assert agrees(value, read_result(plain(row["result"]))), f"{row['cell']} is {value}"


@pytest.mark.parametrize(("text", "result"), re.findall(r"`([^`\n]+)` ⇒ `([^`\n]+)`", RULES))
def test_the_standard_has_the_value_that_the_page_tells(text: str, result: str) -> None:
    value = evaluate(text)
    assert str(value) == str(evaluate(result)), f"{text} is {value}"


@pytest.mark.parametrize(
    "row", [row for table in tables_of("formula", "result", "measures") for row in table.rows]
)
def test_a_formula_measures_what_the_page_tells(row: Row) -> None:
    core = check_formula(plain(row["formula"]), build_scope(SCHEMA, PARAMETERS)).core
    assert core is not None
    assert core.type.unit.dimension == row["measures"]


@pytest.mark.parametrize("row", tables_of("a", "b", "`a and b`"[1:-1])[0].rows)
def test_logic_is_three_valued_as_the_page_tells(row: Row) -> None:
    words = {"true": "x > 5", "false": "x > 9", "unknown": "missing > 5"}
    for formula in ("a and b", "a or b", "not(a)"):
        text = re.sub(r"\b[ab]\b", lambda found: f"({words[row[found[0]]]})", formula)
        swapped = re.sub(r"\((.*)\) (and|or) \((.*)\)", r"(\3) \2 (\1)", text)
        assert agrees(compute(text), read_result(row[formula])), text
        assert agrees(compute(swapped), read_result(row[formula])), swapped


def read_cell(text: str, kind: str) -> Any:
    if text == "unknown":
        return None
    if kind == "ts":
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    return text if kind == "pair" else float(text)


HISTORIES = tables_of("ts", "pair")
INPUTS = {"ts": "instant", "pair": "text", "step_s": "s", "x": "number"}


@pytest.mark.parametrize(
    ("table", "formula"),
    [(table, formula) for table in HISTORIES for formula in table.header if formula not in INPUTS],
)
def test_functions_of_other_rows_have_the_results_that_the_page_tells(table: Sample, formula: str) -> None:
    schema = {name: kind for name, kind in INPUTS.items() if name in table.header}
    frame = pl.DataFrame({name: [read_cell(row[name], name) for row in table.rows] for name in schema})
    results = frame.select(result=compile_formula(formula, schema))["result"].to_list()
    for row, result in zip(table.rows, results, strict=True):
        assert agrees(result, read_cell(row[formula], formula)), f"{row['ts']} {row['pair']}: {result}"


def test_examples_without_a_result_can_be_compiled() -> None:
    examples = [row["example"] for table in tables_of("call", "gives", "example") for row in table.rows]
    texts = [plain(example) for example in examples if "→" not in example]
    assert len(texts) >= 10
    assert [text for text in texts if str(compute(text)).startswith("refused")] == []


def test_the_page_has_examples_of_every_sort() -> None:
    assert len(FORMULAS) > 200
    assert len(CELLS) > 40
    assert len(HISTORIES) == 3


def test_generated_parts_are_fresh() -> None:
    assert fill_page(RULES) == RULES, "renew them with .ci/docs"
    assert RULES.count("<!-- generated: ") == RULES.count("<!-- end: ") == 8


def test_every_function_unit_keyword_and_operator_stands_in_the_page() -> None:
    assert [name for name in function_names() if f"`{name}(" not in RULES] == []
    assert [name for name in STANDARD_FUNCTIONS if f"`{name}(" not in RULES] == []
    assert KEYWORD_NOTES.keys() == KEYWORDS.keys()
    assert [word for word in units.COLUMN_UNITS if f"| `{word}` |" not in RULES] == []
    operators = " ".join(signs for signs, *_ in OPERATOR_NOTES)
    assert [
        sign
        for sign in ("+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=")
        if f"`{sign}`" not in operators
    ] == []


def test_every_other_word_for_a_unit_stands_in_the_page() -> None:
    told = RULES[RULES.index("Other words for them") : RULES.index("Rates are plain ratios: 0.0001")]
    others = set(units._ALIASES) | set(units._SUFFIXES)
    assert [word for word in others - {""} if f"`{word}`" not in told and f"| `{word}` |" not in RULES] == []


CODE = re.compile(r"[a-z]+(\.[a-z_]+){1,2}")


FILES = {"csv", "parquet", "lark", "md", "json", "jsonl", "xlsx", "xml", "bin", "sheet", "rels", "sqlite"}


def list_codes() -> set[str]:
    """Every code of a fault in the source."""
    trees = [ast.parse(path.read_text()) for path in (REPOSITORY / "engine").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    texts = {node.value for node in nodes if isinstance(node.value, str) and CODE.fullmatch(node.value)}
    codes = {text for text in texts if text.rsplit(".", 1)[1] not in FILES and text != "book.toml"}
    return {code for code in codes if not code.startswith(("engine.", "carrybook."))}


def test_every_code_of_a_fault_stands_in_the_page() -> None:
    told = {plain(row["code"]) for table in tables_of("code", "example") for row in table.rows}
    (others,) = re.findall(r"<!-- codes -->(.*?)<!-- end of codes -->", RULES, re.DOTALL)
    told |= set(re.findall(r"`([^`]+)`", others))
    assert sorted(list_codes() - told) == [], "tell them in chapter 13 of docs/rules.md"
    assert sorted(told - list_codes()) == [], "no code of the source"


def test_the_programs_of_the_page_run() -> None:
    frame = pl.DataFrame(
        {
            "ts": [datetime(2025, 1, 1, hour, tzinfo=UTC) for hour in (0, 8, 16)],
            "pair": ["A"] * 3,
            "step_s": [28_800.0] * 3,
            "basis_bps": [5.0, 6.0, 7.0],
            "base": ["BTC"] * 3,
        }
    )
    formula, table = re.findall(r"```python\n(.*?)```", RULES, re.DOTALL)
    assert run_program(formula, frame)["enter"].to_list() == [None, None, True]
    assert run_program(table, frame).rows() == [
        (1.0, "usual", "rule"),
        (1.0, "usual", "rule"),
        (0.0, "wide", "rule"),
    ]


def run_program(program: str, frame: pl.DataFrame) -> Any:
    """The value of the last line of a program of the page."""
    *statements, last = ast.parse(textwrap.dedent(program)).body
    space: dict[str, Any] = {"frame": frame}
    exec(compile(ast.Module(statements, []), "page", "exec"), space)  # the page's own program
    assert isinstance(last, ast.Expr)
    return eval(compile(ast.Expression(last.value), "page", "eval"), space)


def test_the_conformance_is_as_the_page_tells(
    shared: Path, load_module: Callable[[Path, str], ModuleType]
) -> None:
    kit = load_module(
        REPOSITORY / "tests" / "engine" / "language" / "test_conformance.py", "conformance_of_the_page"
    )
    sources = {"single": list(kit.list_expressions(shared)), "models": list(kit.list_decisions(shared))}
    everything = [each for source in sources.values() for each in source]
    groups = [[each for each in source if each.expected is not None] for source in sources.values()]
    groups.append([each for each in everything if each.expected is None])
    measured = [(sum(not kit.judge(each) for each in group), len(group)) for group in groups]
    (table,) = tables_of("evaluations", "passed", "of")
    assert measured == [
        tuple(int(row[key].replace(",", "")) for key in ("passed", "of")) for row in table.rows
    ]


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(REPOSITORY)) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        file, _, anchor = target.partition("#")
        if not file.startswith("http"):
            linked = (page.parent / file).resolve() if file else page
            assert linked.exists(), target
            assert not anchor or anchor in list_anchors(linked.read_text(encoding="utf-8")), target


def list_anchors(page: str) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def list_commands(page: str) -> list[str]:
    """Commands that a page shows, each as one line."""
    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", page, re.DOTALL)
    return [
        line.removeprefix("$ ").strip() for block in blocks for line in block.splitlines() if line.strip()
    ]


def test_the_checks_end_with_the_test_command_of_the_readme() -> None:
    _, tests, *_ = list_commands(README)
    lines = (REPOSITORY / ".ci" / "run").read_text().splitlines()
    last = tests.split("&&")[-1].strip()
    assert last.removeprefix(".venv/bin/") == lines[-1]
    assert "-c .ci/constraints.txt" in tests
    assert "-e '.[all]'" in tests


def test_the_first_command_of_the_readme_runs_the_book() -> None:
    run, *_ = list_commands(README)
    assert run.startswith("python3.11 -m venv .venv && . .venv/bin/activate && ")
    assert run.endswith("&& carrybook run")


def test_the_commands_of_the_readme_run_in_the_order_in_which_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    shown = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    commands = [line.removeprefix("$ ") for block in shown for line in block.splitlines()]
    assert commands[0] == "carrybook init ~/desk && cd ~/desk"
    assert len(commands) >= 8
    for command in commands:
        first, _, then = command.partition(" && ")
        _, *arguments = shlex.split(first.replace("~", str(tmp_path)))
        done = CliRunner().invoke(app, arguments, env={"COLUMNS": "240"})
        assert done.exit_code == 0, f"{command}: {done.output}"
        if then:
            monkeypatch.chdir(tmp_path / "desk")
    assert len(list((tmp_path / "desk" / "recordings" / "made-8" / "cycles").iterdir())) == 6


@pytest.mark.parametrize(
    ("command", "output"), re.findall(r"```sh\ncarrybook (.*)\n```\n\n```text\n([^`]*)```", README)
)
def test_a_command_of_the_readme_shows_what_the_readme_tells(
    command: str, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(REPOSITORY)
    shown = CliRunner().invoke(app, shlex.split(command), env={"NO_COLOR": "1", "COLUMNS": "240"}).stdout
    assert [line.rstrip() for line in shown.splitlines() if line.strip()] == [
        line for line in output.splitlines() if line.strip()
    ]


def test_the_tree_of_the_readme_is_there() -> None:
    (tree,) = re.findall(r"## Where things are\n.*?```\n(.*?)```", README, re.DOTALL)
    paths = [line.split()[0] for line in tree.splitlines() if line and not line.startswith(" ")]
    inner = [line.split()[0] for line in tree.splitlines() if line.startswith("  ") and line[2] != " "]
    assert len(paths) >= 5
    assert [path for path in paths if not (REPOSITORY / path).exists()] == []
    assert [path for path in inner if not (REPOSITORY / "engine" / path).exists()] == []
