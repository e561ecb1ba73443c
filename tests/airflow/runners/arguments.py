"""Load DAG files as Airflow does, and say in JSON with which arguments each task was made.

python arguments.py REPORT FILE...
"""

from __future__ import annotations

import json
import sys
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import pendulum
from airflow.timetables.base import TimeRestriction
from load import NO_EXAMPLES, DagBag, Serialization

Facts = dict[str, Any]
NAMES = """
    allow_nested_operators email email_on_failure email_on_retry executor
    map_index_template never_fail
    allowed_states append_env bash_command conf cwd delta depends_on_past do_xcom_push env
    execution_delta execution_timeout executor_config external_dag_id html_content inlets
    max_active_tis_per_dag max_active_tis_per_dagrun max_retry_delay mode op_kwargs outlets owner
    conn_id poke_interval pool pool_slots priority_weight python_callable queue retries retry_delay
    retry_exponential_backoff run_as_user skip_on_exit_code subject task_display_name timeout to
    trigger_dag_id trigger_rule wait_for_downstream weight_rule
    doc doc_json doc_md doc_rst doc_yaml end_date exponential_backoff expect_airflow
    ignore_downstream_trigger_rules ignore_first_depends_on_past index_urls max_wait
    multiple_outputs pip_install_options python python_version render_template_as_native_obj
    requirements resources retry_policy show_return_value_in_logs silent_fail sla soft_fail
    start_date string_args system_site_packages template_ext venv_cache_path
    wait_for_past_depends_before_skipping
""".split()  # noqa: SIM905 - a table, not code

CALLBACKS = [f"on_{event}_callback" for event in "execute failure success retry skipped".split()]  # noqa: SIM905 - a table
HIDDEN = {
    "pre_execute": "_pre_execute_hook",
    "post_execute": "_post_execute_hook",
    "logger_name": "_logger_name",
}
"""Arguments that Airflow keeps under other names."""
MAIL = ["to", "from_email", "subject", "html_content"]
CALLBACK_FLAGS = ["has_on_failure_callback", "has_on_success_callback"]
DAG_NAMES = """
    access_control allowed_run_types deadline default_view disable_bundle_versioning fail_fast
    fail_stop orientation sla_miss_callback
    catchup dagrun_timeout doc_md max_active_runs max_active_tasks tags
    jinja_environment_kwargs on_failure_callback on_success_callback owner_links
    rerun_with_latest_version template_searchpath template_undefined user_defined_filters
    user_defined_macros
""".split()  # noqa: SIM905 - a table, not code


def report(path: str) -> Facts:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        bag = DagBag(path, **NO_EXAMPLES)
        for dag in bag.dags.values():
            Serialization.from_dict(Serialization.to_dict(dag))
    return {
        "errors": list(bag.import_errors.values()),
        "warnings": [text for texts in bag.captured_warnings.values() for text in texts]
        + [f"{warning.category.__name__}: {warning.message}" for warning in caught],
        "dag": {key: item for dag in bag.dags.values() for key, item in dag_facts(dag).items()},
        "tasks": {task.task_id: facts(task) for dag in bag.dags.values() for task in dag.tasks},
        "groups": {k: v for dag in bag.dags.values() for k, v in groups(dag.task_group).items()},
    }


def dag_facts(dag: Any) -> Facts:  # noqa: ANN401 - another class in each Airflow
    found = {name: plain(getattr(dag, name)) for name in DAG_NAMES if hasattr(dag, name)}
    serialised = Serialization.from_dict(Serialization.to_dict(dag))
    has = {name: getattr(serialised, name) for name in CALLBACK_FLAGS if hasattr(serialised, name)}
    timetable = serialised.timetable
    found["labels"] = {
        f"{first} >> {then}": info["label"]
        for first, others in dag.edge_info.items()
        for then, info in others.items()
    }
    found["timetable"] = type(timetable).__name__
    found["runs"] = first_runs(timetable, dag, serialised)
    found["condition"] = condition(
        getattr(timetable, "dataset_condition", getattr(timetable, "asset_condition", None))
    )
    found["assets"] = assets(getattr(getattr(dag, "timetable", None), "asset_condition", None))
    return {**found, **has, "params": {name: param(it) for name, it in dag.params.items()}}


def first_runs(timetable: Any, dag: Any, serialised: Any) -> list[str]:  # noqa: ANN401 - likewise
    """Return the first five times, in UTC, at which runs start if none is left out."""
    earliest = pendulum.instance(dag.default_args.get("start_date") or dag.start_date)
    latest = serialised._time_restriction.latest
    restriction = TimeRestriction(earliest=earliest, latest=latest, catchup=True)
    last, times = None, []
    for _ in range(5):
        info = timetable.next_dagrun_info(
            last_automated_data_interval=last, restriction=restriction
        )
        if info is None:
            break
        times.append(info.run_after.in_timezone("UTC").format("YYYY-MM-DDTHH:mm:ss[Z]"))
        last = info.data_interval
    return times


def condition(it: Any) -> str:  # noqa: ANN401 - likewise
    """Return a condition on assets as text, such as `any(a, all(b, c))`."""
    members = getattr(it, "objects", None)
    if members is None:
        return getattr(it, "uri", "").rstrip("/")
    word = "any" if type(it).__name__.endswith("Any") else "all"
    return f"{word}({', '.join(map(condition, members))})"


def assets(it: Any) -> list[list[Any]]:  # noqa: ANN401 - likewise
    """Return what Airflow 3 knows of each of the assets that start a DAG, beside its URI."""
    found = [each for each in getattr(it, "objects", []) if hasattr(each, "watchers")]
    return [[a.name, a.group, a.extra, [w.name for w in a.watchers]] for a in found]


def param(it: Any) -> list[Any]:  # noqa: ANN401 - likewise
    """Return the default of a param, `no default` where there is none, and its rules."""
    has_default = type(it.value).__name__ != "ArgNotSet"
    return [it.value if has_default else "no default", it.description, it.schema]


def groups(group: Any) -> Facts:  # noqa: ANN401 - another class in each Airflow
    """Return the groups in a group: what Airflow shows of each, and the ids in it."""
    inner = [child for child in group.children.values() if hasattr(child, "children")]
    found = {
        each.group_id: {"tooltip": each.tooltip, "members": sorted(each.children)} for each in inner
    }
    return {k: v for each in inner for k, v in groups(each).items()} | found


def facts(task: Any) -> Facts:  # noqa: ANN401 - another class in each Airflow
    found = mailed({name: plain(getattr(task, name)) for name in NAMES if hasattr(task, name)})
    found |= {name: called(getattr(task, name)) for name in CALLBACKS}
    found |= {key: plain(getattr(task, name, None)) for key, name in HIDDEN.items()}
    found["params"] = {name: param(it)[0] for name, it in getattr(task, "params", {}).items()}
    mapped = getattr(task, "op_kwargs_expand_input", None) or getattr(task, "expand_input", None)
    if mapped is not None:
        kind = getattr(task, "operator_class", type(task)).__name__
        partial = mailed({k: plain(v) for k, v in task.partial_kwargs.items() if k in NAMES})
        found = {"mapped": plain(mapped.value), "partial": partial}
    else:
        kind = type(task).__name__
    if task.is_setup or task.is_teardown:
        found["stage"] = "setup" if task.is_setup else "teardown"
    around = [group.group_id for group in task.iter_mapped_task_groups()]
    found["mapped_groups"] = [name for name in around if name]
    return {"operator": kind, "upstream": sorted(task.upstream_task_ids), **found}


def mailed(found: Facts) -> Facts:
    """Return the facts without what mails are sent about, where they have no address."""
    return {k: v for k, v in found.items() if found.get("email") or not k.startswith("email_on_")}


def called(value: Any) -> list[Any]:  # noqa: ANN401 - one callback, several or none
    return plain(value if isinstance(value, (list, tuple)) else [value] if value else [])


def callback(value: Any) -> Any:  # noqa: ANN401 - a function, or what can be called like one
    if isinstance(value, partial):
        return [value.func.__name__, plain(value.keywords)]
    if not hasattr(value, "notify"):
        return value.__name__
    given = {name: getattr(value, name, None) for name in MAIL}
    return {"notifier": type(value).__name__, **{name: it for name, it in given.items() if it}}


def uri(asset: Any) -> str:  # noqa: ANN401 - likewise
    return asset.uri.rstrip("/")  # Airflow adds one behind a host


def deadline(alert: Any) -> list[Any]:  # noqa: ANN401 - likewise
    begins = type(alert.reference).__name__
    return [begins, plain(alert.interval), alert.callback.path, alert.callback.kwargs]


def resources(value: Any) -> Facts:  # noqa: ANN401 - Airflow's Resources
    named = {"cpus": value.cpus, "ram": value.ram, "disk": value.disk, "gpus": value.gpus}
    return {key: item.qty for key, item in named.items() if item.qty != DEFAULTS.get(key)}


DEFAULTS = {"disk": 512, "gpus": 0}
"""What Airflow takes where nothing is given."""
OBJECTS = {"Resources": resources, "Asset": uri, "Dataset": uri, "DeadlineAlert": deadline}
"""How an object of Airflow's is shown, by its class."""


NAMED: dict[str, Any] = {
    "MappedArgument": lambda value: f"argument {value._key}",
    "ZipXComArg": lambda value: {"zip": [plain(each) for each in value.args]},
    "MapXComArg": lambda value: {
        "map": plain(value.arg),
        "functions": [function.__name__ for function in value.callables],
    },
    "ConcatXComArg": lambda value: {"concat": [plain(each) for each in value.args]},
    "PlainXComArg": lambda value: f"output of {value.operator.task_id}: {value.key}",
    "LiteralValue": lambda value: f"literal {value.value}",
}
"""What stands for objects of Airflow, by their classes."""


def plain(value: Any) -> Any:  # noqa: ANN401, PLR0911 - whatever an argument is
    """Return seconds for a timedelta, ISO text for a datetime, a name for what Python made."""
    kind = type(value).__name__
    if kind in OBJECTS:
        return OBJECTS[kind](value)
    if hasattr(value, "total_seconds"):
        return value.total_seconds()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if type(value).__name__ in NAMED:
        return NAMED[type(value).__name__](value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if callable(value):
        return callback(value)
    if type(value).__module__.startswith("airflow"):
        return str(getattr(value, "value", type(value).__name__))
    return value


if __name__ == "__main__":
    target, *files = sys.argv[1:]
    Path(target).write_text(
        json.dumps({path: report(path) for path in files}, default=repr), "utf-8"
    )
