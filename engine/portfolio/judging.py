"""Decision tables in the loop: rules that look at positions, by hit policy, with unknown values."""

from __future__ import annotations

import math

import numpy as np

from engine.language.interpreter import run
from engine.portfolio import layout as at
from engine.portfolio.arrays import Code, Floats, Integers

NO_RULE, UNKNOWN = -1, -2
"""What is said instead of a rule: that none fires, that missing data or a clash leaves the result open."""


def evaluate(code: Code, formula: int, values: Floats) -> float:
    """The result of a formula; NaN is unknown.

    Args:
        code: Every formula.
        formula: Which one.
        values: What it reads.
    """
    first, last = code.starts[0, formula], code.starts[0, formula + 1]
    begin, end = code.starts[1, formula], code.starts[1, formula + 1]
    instructions = code.instructions[:, first:last]
    return run(instructions[0], instructions[1], code.constants[begin:end], values)


def judge(table: Integers, code: Code, values: Floats, outputs: Floats) -> int:
    """The rule that decides, by its place in the order of the policy, or `NO_RULE` or `UNKNOWN`.

    The result is known only if every reading of the rules that may fire gives the same outputs.

    Args:
        table: The table.
        code: Every formula.
        values: What it reads.
        outputs: Takes the outputs; NaN where the result is unknown.
    """
    rules = table.shape[0] - 1
    fired = np.empty(rules, dtype=np.float64)
    for rule in range(rules):
        fired[rule] = evaluate(code, table[rule, at.T_TEST], values)
    policy = table[rules, at.T_TEST]
    if policy == at.FIRST:
        winner = choose_first(table, code, values, fired)
    elif policy == at.UNIQUE:
        winner = choose_unique(table, code, values, fired)
    else:
        winner = choose_any(table, code, values, fired)
    for output in range(outputs.shape[0]):
        if winner == UNKNOWN:
            outputs[output] = math.nan
        else:
            outputs[output] = evaluate(code, table[winner, at.T_OUTPUTS + output], values)
    return NO_RULE if winner == rules else int(winner)


def find_first(fired: Floats) -> int:
    """The first rule that fires; the number of rules where none does."""
    for rule in range(fired.shape[0]):
        if fired[rule] == 1.0:
            return rule
    return int(fired.shape[0])


def differ(table: Integers, code: Code, values: Floats, one: int, other: int) -> bool:
    """Whether two rules give different outputs; what is unknown equals only the same formula."""
    for output in range(at.T_OUTPUTS, table.shape[1]):
        if table[one, output] != table[other, output]:
            first = evaluate(code, table[one, output], values)
            second = evaluate(code, table[other, output], values)
            if first != second:
                return True
    return False


def choose_first(table: Integers, code: Code, values: Floats, fired: Floats) -> int:
    """The first rule that fires, unless a rule before it may fire with another result."""
    winner = find_first(fired)
    for rule in range(winner):
        if math.isnan(fired[rule]) and differ(table, code, values, rule, winner):
            return UNKNOWN
    return winner


def choose_unique(table: Integers, code: Code, values: Floats, fired: Floats) -> int:
    """The one rule that fires; two are a clash."""
    winner, count, doubtful = find_first(fired), 0, 0
    for rule in range(fired.shape[0]):
        if fired[rule] == 1.0:
            count += 1
        elif math.isnan(fired[rule]):
            doubtful += 1
    if count > 1 or (count == 1 and doubtful > 0) or doubtful > 1:
        return UNKNOWN
    for rule in range(fired.shape[0]):
        if math.isnan(fired[rule]) and differ(table, code, values, rule, winner):
            return UNKNOWN
    return winner


def choose_any(table: Integers, code: Code, values: Floats, fired: Floats) -> int:
    """What all rules that fire agree on."""
    winner = find_first(fired)
    for rule in range(fired.shape[0]):
        counts = fired[rule] == 1.0 or math.isnan(fired[rule])
        if counts and differ(table, code, values, rule, winner):
            return UNKNOWN
    return winner
