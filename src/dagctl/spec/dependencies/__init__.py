"""The tasks as a graph: their whole ids, what each waits for, and what is wrong with that."""
