"""The language of cells and formulas: FEEL with units, unknown values and history."""
