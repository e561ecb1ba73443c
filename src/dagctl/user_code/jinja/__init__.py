"""Jinja in a spec, as Airflow renders it: read and checked, never rendered."""
