"""DAGs, tasks, functions and values of a DAG file as those of a spec."""
