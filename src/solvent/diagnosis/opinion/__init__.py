"""A model's opinion on what no rule explains: what it is told, how its answer is read, what of it is struck."""
