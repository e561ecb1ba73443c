"""One use case a file: a function and its frozen result."""
