"""What each statement and each expression of a DAG file does."""
