"""What is certain in a DAG file: which statements run, what code may change, what may fail."""
