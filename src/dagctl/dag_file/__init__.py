"""What a DAG file is called, and what its header says of it. Pure, and light to load."""
