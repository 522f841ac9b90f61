"""The exact account of fills, funding, fees, borrow and transfers; balances, equity, attribution."""
