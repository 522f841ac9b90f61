"""Acts of a user, one function each: what commands, servers and screens call."""
