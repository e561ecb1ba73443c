"""What is done: the steps of an operation, its undo, and its recovery after a process that died."""
