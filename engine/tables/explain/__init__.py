"""Why a table decides as it does: every cell of every rule, what was seen, what was missing."""
