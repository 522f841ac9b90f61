"""The chapter on decision tables is true: each table of it gives the results that stand below it."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from engine import compile_formula, compile_table, parse_table
from engine.cli.app import app
from engine.tables.bind import CompiledTable
from engine.tables.lint.finding import FindingKind
from engine.tables.model import Aggregation, HitPolicy

REPOSITORY = Path(__file__).resolve().parents[1]
RULES = (REPOSITORY / "docs" / "rules.md").read_text(encoding="utf-8")
CHAPTER = RULES[RULES.index("\n## 12. Decision tables\n") : RULES.index("\n## 13. ")]

NOTHING = "–"
EXAMPLE = re.compile(
    r"^`(hit_policy=[^`\n]*)`\n\n```csv\n(.*?)```\n\n((?:^\|[^\n]*\n)+)", re.MULTILINE | re.DOTALL
)
MARKET = re.compile(r"^\| `(\w+)` \| ([^|]+) \| `([^`]+)` \|$", re.MULTILINE)

DECLARED: list[tuple[str, str, str]] = MARKET.findall(RULES[: RULES.index("\n## 2. ")])
PARAMETERS = {name: value for name, kind, value in DECLARED if kind == "parameter"}
SCHEMA: dict[str, Any] = {
    name: kind.removeprefix("words: ").split(", ") if kind.startswith("words: ") else kind
    for name, kind, _ in DECLARED
    if kind != "parameter"
}


@dataclass(frozen=True, slots=True)
class Example:
    """A table of the chapter.

    Attributes:
        settings: What is said of it outside the file.
        text: The file.
        rows: Rows of data with their results, by header.
    """

    settings: Mapping[str, Any]
    text: str
    rows: tuple[Mapping[str, str], ...]

    @property
    def frame(self) -> pl.DataFrame:
        names = [name for name in self.rows[0] if name in SCHEMA]
        return pl.DataFrame([read_column(name, [row[name] for row in self.rows]) for name in names])

    def compile(self, aggregation: str | None = None) -> CompiledTable:
        table = parse_table(self.text, name="example", aggregation=aggregation, **self.settings)
        return compile_table(table, SCHEMA, PARAMETERS)

    def evaluate(self, aggregation: str | None = None) -> pl.DataFrame:
        return self.compile(aggregation).evaluate(self.frame, tell=True)


def read_column(name: str, texts: list[str]) -> pl.Series:
    """The values of an input: formulas, or words of a text column."""
    if isinstance(SCHEMA[name], list):
        return pl.Series(name, [None if text == "unknown" else text for text in texts], dtype=pl.String)
    formulas = ["null" if text == "unknown" else text for text in texts]
    values = pl.select(
        compile_formula(text, {}).alias(str(place)) for place, text in enumerate(formulas)
    ).row(0)
    return pl.Series(name, values, dtype=pl.Boolean if SCHEMA[name] == "boolean" else pl.Float64)


def cut_line(line: str) -> list[str]:
    """The cells of a line of a table."""
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def list_examples() -> Iterator[Example]:
    for call, text, table in EXAMPLE.findall(CHAPTER):
        (parsed,) = ast.parse(f"f({call})").body
        assert isinstance(parsed, ast.Expr)
        assert isinstance(parsed.value, ast.Call)
        settings = {word.arg or "": ast.literal_eval(word.value) for word in parsed.value.keywords}
        header, _, *lines = map(cut_line, table.splitlines())
        yield Example(settings, text, tuple(dict(zip(header, line, strict=True)) for line in lines))


def write(value: Any) -> str:
    """A value as the page writes it."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(write, value))}]"
    return f"{value:.12g}" if isinstance(value, float) else str(value)


EXAMPLES = list(list_examples())
AGGREGATED = [example for example in EXAMPLES if "list" in example.rows[0]]
EXPLAINED = [example for example in EXAMPLES if "nearest" in example.rows[0]]
PLAIN = [example for example in EXAMPLES if example not in (*AGGREGATED, *EXPLAINED)]
CELLS = re.compile(r"^\| rule \| condition \| .*\n\| ---.*\n((?:\|.*\n)+)", re.MULTILINE)


def name_example(example: Example) -> str:
    return f"{example.settings['hit_policy']} {example.text.split()[0]}"


@pytest.mark.parametrize("example", PLAIN, ids=name_example)
def test_a_table_gives_the_results_that_the_page_tells(example: Example) -> None:
    results = example.evaluate().to_dicts()
    assert [
        {name: write(value) for name, value in result.items() if name in row}
        for row, result in zip(example.rows, results, strict=True)
    ] == [{name: text for name, text in row.items() if name not in SCHEMA} for row in example.rows]


def test_every_aggregation_gives_the_results_that_the_page_tells() -> None:
    (example,) = AGGREGATED
    (output,) = [
        name.removeprefix("then ") for name in example.text.split("\n")[0].split(",") if "then" in name
    ]
    for word in ("list", *Aggregation):
        results = example.evaluate(None if word == "list" else str(word))
        found = [write(value) for value in results[output].to_list()]
        assert found == [row[word] for row in example.rows], word


def test_every_hit_policy_has_an_example() -> None:
    assert {example.settings["hit_policy"] for example in EXAMPLES} == set(HitPolicy)
    assert len(EXAMPLES) == CHAPTER.count("`hit_policy=")


def test_the_states_of_the_page_are_all_met() -> None:
    told = set(re.findall(r"^\| `(\w+)` \| (?:of|the defaults|none)", CHAPTER, re.MULTILINE))
    met = {state for example in PLAIN for state in example.evaluate()["state"]}
    assert told == met == {"rule", "default", "unknown", "violation"}


def test_violations_are_found_as_the_page_tells() -> None:
    faults = [fault for example in PLAIN for fault in example.compile().find_violations(example.frame)]
    assert {fault.code for fault in faults} == {"table.violation"}
    (told,) = re.findall(r"`find_violations` tells.*?```text\n(.*?)```", CHAPTER, re.DOTALL)
    assert list(map(str, faults)) == told.splitlines()


def test_the_nearest_rules_are_as_the_page_tells() -> None:
    (example,) = EXPLAINED
    found = example.compile().explain(example.frame).nearest.rename({"rule": "nearest"}).to_dicts()
    told = [{name: row[name] for name in ("nearest", "failed", "unknown")} for row in example.rows]
    assert [{name: write(value) for name, value in row.items()} for row in found] == told


def test_cells_are_explained_as_the_page_tells() -> None:
    (example,) = EXPLAINED
    row = example.compile().explain(example.frame).row(0)
    found = [
        [rule.rule, cell.header, cell.test, cell.value, cell.outcome.word, cell.distance, cell.at_open_bound]
        for rule in row.rules
        for cell in rule.cells
    ]
    (told,) = CELLS.findall(CHAPTER)
    assert [list(map(write, cells)) for cells in found] == list(map(cut_line, told.splitlines()))


FILES = dict(re.findall(r"^`([a-z]+\.[a-z]+)`:\n\n```[a-z]+\n(.*?)```", CHAPTER, re.MULTILINE | re.DOTALL))
COMMANDS = re.findall(r"```sh\n(carrybook table .*?)```\n\n```text\n(.*?)```", CHAPTER, re.DOTALL)


@pytest.mark.parametrize(
    ("command", "output"), COMMANDS, ids=[command.split(" --")[0] for command, _ in COMMANDS]
)
def test_a_command_shows_what_the_page_tells(
    command: str, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command)[1:]
    result = CliRunner().invoke(app, words, env={"NO_COLOR": "1", "COLUMNS": "140"})
    shown = [line.rstrip() for line in result.stdout.splitlines() if line.strip()]
    assert shown == [line for line in output.splitlines() if line.strip()], result.stderr
    assert result.exit_code == any(line.startswith("error ") for line in shown)


def test_every_kind_of_finding_has_an_example() -> None:
    told = re.findall(
        r"^\| `([a-z ]+)` \| [^|]+ \| [^|]*(?:error|warning|info)[^|]* \|$", CHAPTER, re.MULTILINE
    )
    assert told == list(FindingKind)
    shown = "\n".join(output for _, output in COMMANDS)
    assert [kind for kind in told if not re.search(rf"[\]v\d] (possible )?{kind}: ", shown)] == []
    for severity in ("error", "warning", "info"):
        assert re.search(f"^{severity} ", shown, re.MULTILINE)


def test_lint_of_the_starter_book_is_as_the_readme_tells() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert "twenty-two findings, all of them information" in readme
    lines = CliRunner().invoke(app, ["table", "lint", str(REPOSITORY / "rules" / "funding-carry")]).stdout
    assert [line.split()[0] for line in lines.splitlines()] == ["info"] * 22
