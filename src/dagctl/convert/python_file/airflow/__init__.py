"""What a DAG file makes with Airflow: DAGs, tasks, groups, edges, assets."""
