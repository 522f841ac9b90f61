"""The command `carrybook`: one module per group of commands, each a thin rim round the engine."""
