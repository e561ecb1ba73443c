"""The fields of a DAG: its arguments, and what several of them say together."""
