"""Pure steps from quotes to pairs, and the windows that look back over them."""
