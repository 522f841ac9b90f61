"""Regular expressions: XPath's form, matched by an engine whose time grows only with the text's length.

The engine is that of Polars. It has no backtracking, hence no patterns that refer back to a group; such a
pattern is refused. What XPath writes differently is translated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from engine.language.standard.arithmetic import TEXT_MAX
from engine.language.standard.faults import NoValueError

STEPS_MAX = 20_000
"""What it may take, in steps of a run, to build a pattern: the engine writes counted repeats out."""

_WIDE_STEPS, _CLASS_STEPS = 200, 20

_BLOCKS = {
    "BasicLatin": r"\x00-\x7F",
    "Latin-1Supplement": r"\x{80}-\x{FF}",
    "LatinExtended-A": r"\x{100}-\x{17F}",
    "LatinExtended-B": r"\x{180}-\x{24F}",
    "Greek": r"\x{370}-\x{3FF}",
    "GreekandCoptic": r"\x{370}-\x{3FF}",
    "Cyrillic": r"\x{400}-\x{4FF}",
    "Hebrew": r"\x{590}-\x{5FF}",
    "Arabic": r"\x{600}-\x{6FF}",
    "Thai": r"\x{E00}-\x{E7F}",
    "GeneralPunctuation": r"\x{2000}-\x{206F}",
    "CurrencySymbols": r"\x{20A0}-\x{20CF}",
    "Hiragana": r"\x{3040}-\x{309F}",
    "Katakana": r"\x{30A0}-\x{30FF}",
    "CJKUnifiedIdeographs": r"\x{4E00}-\x{9FFF}",
    "HangulSyllables": r"\x{AC00}-\x{D7A3}",
}
_NAMES = {
    "i": r"[\p{L}_:]",
    "I": r"[^\p{L}_:]",
    "c": r"[\p{L}\p{M}\p{N}._:-]",
    "C": r"[^\p{L}\p{M}\p{N}._:-]",
}
_PART = re.compile(r"\\[pP]\{Is([^}]*)\}|\\.|\{(\d+)(?:,(\d*))?\}|-\[|.", re.DOTALL)
_PLAIN_IN_CLASS = {"&": r"\&", "~": r"\~"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression ready for the engine.

    Attributes:
        text: The expression as the engine has it.
        groups: How many groups it captures.
        steps: What it takes to build it, in steps of a run.
    """

    text: str
    groups: int
    steps: int

    def matches(self, text: str) -> bool:
        """Whether the expression matches anywhere in a text."""
        return self.count(text) > 0

    def count(self, text: str) -> int:
        """How often the expression matches in a text.

        Raises:
            NoValueError: The engine refuses the expression.
        """
        try:
            return int(_hold(text).str.count_matches(self.text)[0])
        except pl.exceptions.ComputeError as error:
            reason = " ".join(str(error).split())[:160]
            raise NoValueError("pattern.form", "the pattern cannot be used", reason) from error

    def replace(self, text: str, replacement: str) -> str:
        """The text with every match replaced; `$1` in the replacement stands for the first group."""
        size = len(text) * (1 + replacement.count("$")) + self.count(text) * len(replacement)
        if size > TEXT_MAX:
            raise NoValueError("text.long", f"a text may have {TEXT_MAX:,} characters at most")
        return str(_hold(text).str.replace_all(self.text, self._translate_replacement(replacement))[0])

    def split(self, text: str) -> list[str]:
        """The parts of a text between the matches."""
        if not self.matches(text):
            return [text]
        mark = next(mark for mark in map(chr, range(0xE000, 0xF8FF)) if mark not in text)
        return str(_hold(text).str.replace_all(self.text, mark)[0]).split(mark)

    def _translate_replacement(self, text: str) -> str:
        parts = []
        position = 0
        while position < len(text):
            if text[position] == "\\":
                if text[position + 1 : position + 2] not in {"\\", "$"}:
                    raise NoValueError(
                        "pattern.replacement", "`\\` stands before `\\` or `$` only", r"write `\\`"
                    )
                parts.append(text[position + 1].replace("$", "$$"))
                position += 2
            elif text[position] == "$":
                digits = self._read_group(text, position + 1)
                parts.append(f"${{{digits}}}" if int(digits) <= self.groups else "")
                position += 1 + len(digits)
            else:
                parts.append(text[position])
                position += 1
        return "".join(parts)

    def _read_group(self, text: str, start: int) -> str:
        """The digits of a group's number: as many as there is a group for, one at least."""
        match = re.compile("[0-9]{1,4}").match(text, start)
        if match is None:
            raise NoValueError(
                "pattern.replacement", "`$` stands before a group's number only", r"write `\$`"
            )
        digits = match.group()
        while len(digits) > 1 and int(digits) > self.groups:
            digits = digits[:-1]
        return digits


def _hold(text: str) -> pl.Series:
    return pl.Series([text], dtype=pl.String)


def compile_pattern(text: str, flags: str | None) -> Pattern:
    """The pattern of a text in XPath's form.

    Args:
        text: The regular expression.
        flags: Any of `s` (`.` matches line ends), `m` (`^` and `$` match at lines), `i` (case does not
            count), `x` (blanks in the expression do not count).

    Raises:
        NoValueError: A flag is unknown, or the pattern is too large.
    """
    letters = set(flags or "")
    if not letters <= set("smix"):
        raise NoValueError("pattern.flag", f'there are no such flags: "{flags}"', "flags are s, m, i and x")
    plain = _drop_blanks(text) if "x" in letters else text
    steps = _estimate_steps(plain)
    if steps > STEPS_MAX:
        raise NoValueError("pattern.large", "the pattern is too large", "repeat less, or narrower characters")
    translated = "".join(_translate(plain, dot_all="s" in letters))
    options = "".join(sorted(letters - {"x"}))
    groups = len(re.findall(r"(?<!\\)(?:\\\\)*\((?!\?)", plain))
    return Pattern((f"(?{options})" if options else "") + translated, groups, steps)


def _estimate_steps(text: str) -> int:
    """What it takes to build a pattern: the weight of its parts, each as often as it is repeated."""
    levels = [[0, 0]]  # of each open group: the weight of its parts but the last, and of the last
    for match in _PART.finditer(text):
        part = match.group()
        if part == "(":
            levels.append([0, 0])
        elif part == ")" and len(levels) > 1:
            weight = sum(levels.pop())
            levels[-1] = [sum(levels[-1]), weight]
        elif match.group(2) is not None:
            levels[-1][1] *= max(int(count[:9] or 1) for count in match.groups("")[1:])
        else:
            levels[-1] = [sum(levels[-1]), _weigh(part)]
    return sum(map(sum, levels))


def _weigh(part: str) -> int:
    """What it takes to build one character or class; those of letters of all scripts are large."""
    if part[0] != "\\":
        return 1
    return _WIDE_STEPS if part[1] in "wWpPiIcC" else _CLASS_STEPS if part[1] in "dDsS" else 1


def _drop_blanks(text: str) -> str:
    """The expression without blanks, except inside brackets."""
    kept = []
    depth = 0
    for part in re.findall(r"\\[^ \t\r\n]|.", text, re.DOTALL):
        depth += (part == "[") - (part == "]")
        if depth > 0 or part not in " \t\r\n":
            kept.append(part)
    return "".join(kept)


def _translate(text: str, *, dot_all: bool) -> Iterator[str]:
    """The expression part by part, as the engine has it."""
    depth = 0
    for match in _PART.finditer(text):
        part = match.group()
        depth += (part in {"[", "-["}) - (part == "]")
        yield _translate_part(match, in_class=depth > 0, dot_all=dot_all)


def _translate_part(match: re.Match[str], *, in_class: bool, dot_all: bool) -> str:
    part = match.group()
    if match.group(1) is not None:
        return _find_block(match.group(1), inverted=part[1] == "P")
    if part[0] == "\\" and part[1:] in _NAMES:
        return _NAMES[part[1:]]
    if part == ".":
        return part if in_class or dot_all else r"[^\n\r]"
    if not in_class:
        return part
    return "--[" if part == "-[" else _PLAIN_IN_CLASS.get(part, part)


def _find_block(name: str, *, inverted: bool) -> str:
    if name not in _BLOCKS:
        raise NoValueError(
            "pattern.block", f"there is no block of characters `{name}`", f"blocks are {', '.join(_BLOCKS)}"
        )
    return f"[{'^' if inverted else ''}{_BLOCKS[name]}]"
