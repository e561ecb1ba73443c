"""The call of `DAG`, and the default arguments of its tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.codegen.arguments import shared_arguments
from dagctl.codegen.callbacks import dag_callbacks
from dagctl.codegen.dag_settings import further_arguments
from dagctl.codegen.expressions import call, duration, moment, name, plain
from dagctl.codegen.schedule import schedule_expression
from dagctl.codegen.values import params_expression
from dagctl.spec.fields.durations import parts_of

if TYPE_CHECKING:
    import ast

    from dagctl.codegen.module_scope import ModuleScope
    from dagctl.spec.model import DagSpec

_DAG = {"2": "airflow", "3": "airflow.sdk"}
_PLAIN = (
    "max_active_runs",
    "max_active_tasks",
    "max_consecutive_failed_dag_runs",
    "doc_md",
    "dag_display_name",
    "render_template_as_native_obj",
    "is_paused_upon_creation",
)
"""The arguments that stand in the file as they stand in the spec."""


def default_args(spec: DagSpec, scope: ModuleScope) -> dict[str, ast.expr]:
    """Return the items of `default_args`, in their order."""
    imports = scope.imports
    arguments = {
        "owner": plain(spec.owner),
        "depends_on_past": plain(spec.depends_on_past),
        "start_date": moment(imports, spec.start_date, spec.timezone),
        "email_on_failure": plain(spec.email_on_failure),
        "email_on_retry": plain(spec.email_on_retry),
        "retries": plain(spec.retries),
        "retry_delay": duration(imports, minutes=spec.retry_delay_minutes),
    }
    if spec.email:
        arguments["email"] = plain(spec.email)
    shared = spec.default_args
    return arguments | (shared_arguments(shared, (), scope) if shared else {})


def dag_call(spec: DagSpec, dag_id: str, scope: ModuleScope) -> ast.Call:
    """Return `DAG(...)` for a spec that is recorded under `dag_id`."""
    arguments = {
        "default_args": name("default_args"),
        "description": plain(spec.description),
        "schedule": schedule_expression(spec.schedule_interval, scope),
        "catchup": plain(spec.catchup),
        "tags": plain(spec.tags),
        **_given(spec, scope),
    }
    if spec.schedule_interval == "@continuous":
        # Airflow refuses a continuous DAG that may have two runs at a time.
        arguments["max_active_runs"] = plain(1)
    return call(scope.use(_DAG, "DAG"), [plain(dag_id)], arguments)


def _given(spec: DagSpec, scope: ModuleScope) -> dict[str, ast.expr]:
    """Return the arguments that the spec gives beside those that are always written."""
    imports = scope.imports
    arguments: dict[str, ast.expr] = {}
    if spec.end_date is not None:
        arguments["end_date"] = moment(imports, spec.end_date, spec.timezone)
    if spec.dagrun_timeout is not None:
        arguments["dagrun_timeout"] = duration(imports, **parts_of(spec.dagrun_timeout))
    values = ((key, getattr(spec, key)) for key in _PLAIN)
    arguments |= {key: plain(value) for key, value in values if value is not None}
    if spec.params:
        arguments["params"] = params_expression(spec.params, scope)
    return arguments | further_arguments(spec, scope) | dag_callbacks(spec, scope)
