"""Market data kept in files: reading what venues recorded."""
