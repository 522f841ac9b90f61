"""Carrybook: a declarative rules engine for carry trades."""

__version__ = "0.1.0"
