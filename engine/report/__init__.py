"""What people read of what happened: pure, from what the ledger holds to text."""
