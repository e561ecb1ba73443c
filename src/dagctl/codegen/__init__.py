"""A `DagSpec` as Airflow source. Pure."""
