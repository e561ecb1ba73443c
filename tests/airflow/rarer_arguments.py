"""Arguments, assets and timetables that few DAGs have, and what Airflow makes of them."""

from __future__ import annotations

from typing import Any

EXACT = {"2": "2.11", "3": "3.3"}
"""The versions of `make airflow`: some of these are not in every version of a series."""

_TASKS = """
tasks:
  - task_id: first
    bash_command: echo a
    email: [a@example.com, b@example.com]
    email_on_failure: false
    email_on_retry: true
    weight_rule: upstream
    doc_json: '{"a": 1}'
    outlets: [{$new: OUTLET}]
  - task_id: wait
    operator: FileSensor
    with: {filepath: /tmp/x, never_fail: true, max_wait: 1h}
  - task_id: mapped
    operator: BashOperator
    with: {cwd: /tmp}
    expand: {bash_command: [a, b]}
    map_index_template: "{{ task.bash_command }}"
"""
_ONE = "\ntasks: [{task_id: a, bash_command: echo}]"
_TRIGGER = "airflow.timetables.trigger"
_ROLES = "dag_name: Rarer\naccess_control: {Viewer: [can_read], Op: [can_read, can_edit]}"
_EVENTS = "event_dates: [{$datetime: 2024-04-05T08:27}, {$datetime: 2024-04-17T08:27}]"

BOTH = {
    "delta": f"""schedule:
  timetable: {_TRIGGER}.DeltaTriggerTimetable
  with: {{delta: {{$duration: 90m}}}}""",
    "trigger": f"""schedule:
  timetable: {_TRIGGER}.CronTriggerTimetable
  with: {{cron: 0 6 * * *, timezone: Europe/Berlin, interval: {{$duration: 1h}}}}""",
    "events": f"""schedule:
  timetable: airflow.timetables.events.EventsTimetable
  with: {{{_EVENTS}}}""",
}
ONLY = {
    "2": {
        "rarer": _ROLES
        + _TASKS.replace("OUTLET", "airflow.datasets.Dataset, with: {uri: s3://lake/new}")
    },
    "3": {
        "rarer": _ROLES
        + _TASKS.replace("OUTLET", "airflow.sdk.AssetAlias, with: {name: new}").replace(
            "    weight_rule: upstream", "    weight_rule: upstream\n    executor: LocalExecutor"
        ),
        "several": f"""schedule:
  timetable: {_TRIGGER}.MultipleCronTriggerTimetable
  args: [0 6 * * *, 0 18 * * 5]
  with: {{timezone: UTC}}""",
        "named": """schedule:
  assets:
    - $new: airflow.sdk.Asset
      with:
        name: orders
        uri: s3://lake/orders
        group: lake
        extra: {owner: data}
        watchers:
          - $new: airflow.sdk.AssetWatcher
            with:
              name: arrived
              trigger:
                $new: airflow.providers.standard.triggers.file.FileDeleteTrigger
                with: {filepath: /tmp/x}""",
    },
}
"""What one of the two has."""

TASKS: dict[str, dict[str, Any]] = {
    "first": {
        "email": ["a@example.com", "b@example.com"],
        "email_on_failure": False,
        "email_on_retry": True,
        "doc_json": '{"a": 1}',
    },
    "wait": {"never_fail": True, "max_wait": 3600.0},
    "mapped": {"cwd": "/tmp", "map_index_template": "{{ task.bash_command }}"},
}
OF_ONE: dict[str, dict[str, Any]] = {
    "2": {"outlets": ["s3://lake/new"], "weight_rule": "_UpstreamPriorityWeightStrategy"},
    "3": {"outlets": ["AssetAlias"], "weight_rule": "upstream", "executor": "LocalExecutor"},
}
"""What `first` has in one of the two."""
ROLES = {"Viewer": ["can_read"], "Op": ["can_read", "can_edit"]}
SCHEDULES: dict[str, dict[str, Any]] = {
    "delta": {
        "timetable": "DeltaTriggerTimetable",
        "runs": ["2024-01-01T00:00:00Z", "2024-01-01T01:30:00Z"],
    },
    "trigger": {
        "timetable": "CronTriggerTimetable",
        "runs": ["2024-01-01T05:00:00Z", "2024-01-02T05:00:00Z"],
    },
    "events": {
        "timetable": "EventsTimetable",
        "runs": ["2024-04-05T08:27:00Z", "2024-04-17T08:27:00Z"],
    },
    "several": {
        "timetable": "MultipleCronTriggerTimetable",
        "runs": ["2024-01-01T06:00:00Z", "2024-01-02T06:00:00Z"],
    },
    "named": {
        "condition": "all(s3://lake/orders)",
        "assets": [["orders", "lake", {"owner": "data"}, ["arrived"]]],
    },
}


def specs(version: str) -> dict[str, str]:
    """Return the specs for one Airflow, by name."""
    found = {**BOTH, **ONLY[version]}
    return {
        name: text if "tasks:" in text else f"dag_name: Rarer {name}\n{text}{_ONE}"
        for name, text in found.items()
    }


def given_rights(roles: dict[str, Any]) -> dict[str, Any]:
    """Return the rights of each role on the DAG; Airflow 3 says of each that it is one on DAGs."""
    return {
        role: sorted(given["DAGs"] if isinstance(given, dict) else given, reverse=True)
        for role, given in roles.items()
    }


def strange_warnings(texts: list[str]) -> list[str]:
    """Return the warnings that dagctl does not give itself, as of `email` and `access_control`."""
    known = ("Setting email", "airflow.security.permissions")
    return [text for text in texts if not any(words in text for words in known)]
