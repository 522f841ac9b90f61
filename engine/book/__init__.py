"""Rule books: reading a folder of tables, checking it whole, and making it ready to decide."""
