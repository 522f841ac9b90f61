"""Scenarios: a book's own tests, each with inputs and the outcome that its author expects."""
