"""The catalogue of Airflow's operators: what each takes, on which Airflow. Needs no Airflow.

The data (`data/`) is made from the wheels of Airflow and its official providers by
`python -m catalogue_builder`; it is read one provider at a time, when a name is looked up.
"""
