"""Which DAGs there are, which of them a spec means, and under which id a new one goes."""
