"""The names that Airflow knows when a task runs."""

from __future__ import annotations

CONTEXT_KEYS = frozenset(
    """asset_state_store conf conn dag dag_run data_interval_end data_interval_start ds ds_nodash
    exception execution_date expanded_ti_count inlet_events inlets logical_date macros
    map_index_template next_ds next_ds_nodash next_execution_date outlet_events outlets
    params partition_date partition_key prev_data_interval_end_success
    prev_data_interval_start_success prev_ds prev_ds_nodash prev_end_date_success
    prev_execution_date prev_execution_date_success prev_start_date_success reason run_id
    start_date task task_instance task_instance_key_str task_reschedule_count
    task_state_store templates_dict test_mode ti tomorrow_ds tomorrow_ds_nodash
    triggering_asset_events triggering_dataset_events try_number ts ts_nodash
    ts_nodash_with_tz var yesterday_ds yesterday_ds_nodash""".split()  # noqa: SIM905 - a table, not code
)
"""What Airflow 2.9 to 3 may pass to a function by name, and gives its templates (`Context`)."""

GONE_IN_3 = frozenset(
    """conf execution_date next_ds next_ds_nodash next_execution_date prev_ds prev_ds_nodash
    prev_execution_date prev_execution_date_success test_mode tomorrow_ds tomorrow_ds_nodash
    triggering_dataset_events yesterday_ds yesterday_ds_nodash""".split()  # noqa: SIM905 - a table, not code
)
"""Those that Airflow 3 no longer has."""

SINCE = {
    "triggering_asset_events": (3, 0),
    "partition_key": (3, 2),
    "partition_date": (3, 3),
    "asset_state_store": (3, 3),
    "task_state_store": (3, 3),
}
"""Since when Airflow has a name, where not from 2.9 on."""
