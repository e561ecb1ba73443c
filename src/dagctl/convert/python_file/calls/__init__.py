"""What calls and operators of a DAG file give: those of Python, of Airflow, of the project."""
