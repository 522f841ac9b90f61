"""Market data kept in files: reading what venues recorded, and recording every cycle."""
