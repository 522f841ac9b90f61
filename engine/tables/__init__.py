"""Decision tables: reading them, compiling them, and saying for every row which rule fires."""
