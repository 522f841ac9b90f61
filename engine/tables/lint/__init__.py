"""Lint: what is wrong with a table although every text in it is right, found over all inputs it may meet."""
