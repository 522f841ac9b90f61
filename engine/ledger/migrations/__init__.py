"""How the tables of a store came to be, a file for each change."""
