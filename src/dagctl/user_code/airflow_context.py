"""The names that Airflow knows when a task runs, and what some of them have."""

from __future__ import annotations

from typing import NamedTuple

from dagctl.findings.wording import nearest, quoted

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

_OF_BOTH = {
    owner: frozenset(names.split())
    for owner, names in {
        "ti": """dag_id end_date get_previous_dagrun get_previous_ti get_template_context hostname
            log_url map_index mark_success_url max_tries queue render_templates rendered_map_index
            run_id start_date state task task_id try_number xcom_pull xcom_push""",
        "dag_run": """conf dag_id data_interval_end data_interval_start end_date logical_date
            note run_id run_type start_date state""",
        "macros": """datetime datetime_diff_for_humans dateutil ds_add ds_format ds_format_locale
            json random time timedelta uuid yaml""",
    }.items()
}
"""What these have in Airflow 2 and 3. Plugins bring more macros."""
MACROS = _OF_BOTH["macros"]
_LIKENESS = 0.75
_OTHERS = {"axcom_pull", "axcom_push", "next_try_number", "previous_ti"}
"""Names that only Airflow 2 or only Airflow 3 has, and that are near to one of those above."""
GONE_ATTRIBUTES = {
    "ti": {
        **dict.fromkeys(("execution_date", "logical_date"), "read `logical_date`"),
        **dict.fromkeys(("dag_run", "get_dagrun"), "read `dag_run`"),
        "pool": "read `task.pool`",
        "priority_weight": "read `task.priority_weight`",
        "operator": "read `task.task_type`",
        "next_try_number": "read `ti.try_number`",
        **dict.fromkeys(("duration", "job_id", "pid", "unixname", "executor_config"), None),
    },
    "dag_run": {
        "execution_date": "read `logical_date`",
        "external_trigger": "compare `dag_run.run_type` with `manual`",
        "is_backfill": "compare `dag_run.run_type` with `backfill`",
        "dag": "read `dag`",
        "id": "read `run_id`",
        **dict.fromkeys(("queued_at", "get_task_instance", "get_task_instances"), None),
    },
}
"""What Airflow 2 has there, and Airflow 3 has not: with what to read instead."""


class Slip(NamedTuple):
    """Why something of the context does not have a name."""

    message: str
    hint: str
    gone: bool
    """Whether Airflow 2 has it."""
    fails_in: tuple[str, ...] = ("2", "3")
    """Where reading it fails for sure."""


def attribute_slip(owner: str, name: str) -> Slip | None:
    """Return what is wrong with reading `owner.name`, or None: it may be there."""
    owner = "ti" if owner == "task_instance" else owner
    if owner == "var" and name not in ("value", "json"):
        return _slip_of_var(name)
    gone = GONE_ATTRIBUTES.get(owner, {})
    if name in gone:
        hint = gone[name] or "there is nothing in its place"
        return Slip(
            f"Airflow 3 has no `{owner}.{name}`: the task would fail",
            hint,
            gone=True,
            fails_in=("3",),
        )
    known = _OF_BOTH.get(owner, ())
    if name in known or name in _OTHERS:
        return None
    near = nearest(name, known, likeness=_LIKENESS)
    if near is None:
        return None
    what, hint = quoted(f"{owner}.{name}"), f"did you mean `{owner}.{near}`?"
    if owner == "macros":
        message = f"Airflow has no {what}, unless a plugin brings it"
        return Slip(message, hint, gone=False, fails_in=())
    return Slip(f"Airflow has no {what}: the task would fail", hint, gone=False)


def _slip_of_var(name: str) -> Slip | None:
    """Return what is wrong with reading `var.name`. `var` is a dict, and has its methods."""
    message = "`var` holds variables as `var.value` and `var.json`"
    if name == "get":
        return Slip(message, "write `var.value.get('...')`", gone=False, fails_in=())
    if name == "values":  # of a dict, and without brackets nothing that anyone wants
        return Slip(message, "write `var.value`", gone=False, fails_in=())
    if hasattr(dict, name):
        return None
    return Slip(message, f"write `var.value.{name}`", gone=False)
