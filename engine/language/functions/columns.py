"""Arithmetic on columns that gives the same bits as on single floats, whatever the frame."""

from __future__ import annotations

import polars as pl


def divide(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """The quotient, rounded once.

    Polars multiplies with the reciprocal where the divisor is one value for all rows, also by chance, which
    can differ in the last bit. Adding a column of zeros keeps it from seeing that.
    """
    return a / (a * 0.0 + b)


def divide_by(a: pl.Expr, b: float) -> pl.Expr:
    """The quotient by a fixed number, rounded once."""
    return divide(a, pl.lit(b))
