"""What a book holds, what may happen to it, and what it is to hold next: pure functions over arrays."""
