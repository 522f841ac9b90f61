"""Decision tables in the loop: rules that look at positions, by hit policy, with unknown values."""

from __future__ import annotations

import math

import numpy as np

from engine.language.interpreter import run
from engine.portfolio import layout as at
from engine.portfolio.arrays import Code, Floats, LoopTable

NO_RULE, UNKNOWN = -1, -2
"""What is said instead of a rule: that none fires, that missing data or a clash leaves the result open."""


def evaluate(code: Code, formula: int, values: Floats) -> float:
    """The result of a formula; NaN is unknown.

    Args:
        code: Every formula.
        formula: Which one.
        values: What it reads.
    """
    first, last = code.code_start[formula], code.code_start[formula + 1]
    begin, end = code.constant_start[formula], code.constant_start[formula + 1]
    return run(code.opcodes[first:last], code.operands[first:last], code.constants[begin:end], values)


def judge(table: LoopTable, code: Code, values: Floats, outputs: Floats) -> int:
    """The rule that decides, by its place in the order of the policy, or `NO_RULE` or `UNKNOWN`.

    The result is known only if every reading of the rules that may fire gives the same outputs.

    Args:
        table: The table.
        code: Every formula.
        values: What it reads.
        outputs: Takes the outputs; NaN where the result is unknown.
    """
    rules = table.tests.shape[0]
    fired = np.empty(rules, dtype=np.float64)
    for rule in range(rules):
        fired[rule] = evaluate(code, table.tests[rule], values)
    policy = table.policy[0]
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
            outputs[output] = evaluate(code, table.outputs[winner, output], values)
    return NO_RULE if winner == rules else winner


def find_first(fired: Floats) -> int:
    """The first rule that fires; the number of rules where none does."""
    for rule in range(fired.shape[0]):
        if fired[rule] == 1.0:
            return rule
    return fired.shape[0]


def differ(table: LoopTable, code: Code, values: Floats, one: int, other: int) -> bool:
    """Whether two rules give different outputs; what is unknown equals only the same formula."""
    for output in range(table.outputs.shape[1]):
        if table.outputs[one, output] != table.outputs[other, output]:
            first = evaluate(code, table.outputs[one, output], values)
            second = evaluate(code, table.outputs[other, output], values)
            if first != second:
                return True
    return False


def choose_first(table: LoopTable, code: Code, values: Floats, fired: Floats) -> int:
    """The first rule that fires, unless a rule before it may fire with another result."""
    winner = find_first(fired)
    for rule in range(winner):
        if math.isnan(fired[rule]) and differ(table, code, values, rule, winner):
            return UNKNOWN
    return winner


def choose_unique(table: LoopTable, code: Code, values: Floats, fired: Floats) -> int:
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


def choose_any(table: LoopTable, code: Code, values: Floats, fired: Floats) -> int:
    """What all rules that fire agree on."""
    winner = find_first(fired)
    for rule in range(fired.shape[0]):
        counts = fired[rule] == 1.0 or math.isnan(fired[rule])
        if counts and differ(table, code, values, rule, winner):
            return UNKNOWN
    return winner
