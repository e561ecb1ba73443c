"""What the target does not have: of a DAG, its arguments, functions, groups, and what they name."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, warning
from dagctl.findings.wording import quoted
from dagctl.spec.dag.settings import ONLY_IN_2, SINCE
from dagctl.spec.dependencies.outline import outline_of
from dagctl.spec.fields.markers import markers_in
from dagctl.spec.fields.schedule_forms import plain_assets
from dagctl.spec.tasks.function_settings import FUNCTION_CLASSES, TAKEN_BY
from dagctl.spec.walk import is_group, mapping_in, raw_entries
from dagctl.user_code.python import PythonCodeError, parse_python_code
from dagctl.user_code.python.gone_imports import absent_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dagctl.spec.dependencies.outline import Entry
    from dagctl.spec.walk import Path
    from dagctl.target import Target, Version

_RESOURCES = (2, 10)
"""Since then `access_control` names what a role may do with each resource."""
_LAST_2 = (2, 11)
_WARNS = (3, 1)
"""Since then Airflow warns of `access_control`."""


def dag_target_problems(data: object, target: Target) -> Iterator[Problem]:
    """Yield each argument of the DAG that not all versions of the target have."""
    if not isinstance(data, dict):
        return
    for key, since in SINCE.items():
        if data.get(key) is not None and not target.has(since):
            yield too_new(key, since, target).at(key)
    for key, hint in ONLY_IN_2.items():
        if data.get(key) is not None and target.newest > _LAST_2:
            message = f"Airflow 3 has no {quoted(key)}; the target is {target.name}"
            yield Problem(Code.NOT_IN_TARGET, message, hint).at(key)
    yield from _access_problems(data.get("access_control"), target)
    schedule = data.get("schedule_interval", data.get("schedule"))
    yield from _timetable_problems(schedule, target)
    yield from _asset_problems(data, schedule, target)


def too_new(name: str, since: Version, target: Target) -> Problem:
    """Return the problem of what only later versions than the target's have."""
    version = f"{since[0]}.{since[1]}"
    message = f"{quoted(name)} needs Airflow {version}; the target is {target.name}"
    hint = f'set `airflow = "{version}"` in dagctl.toml'
    if since[0] != target.oldest[0]:
        hint = f"remove it: no Airflow {target.oldest[0]} has it; or {hint}"
    return Problem(Code.NOT_IN_TARGET, message, hint)


def _access_problems(roles: Any, target: Target) -> Iterator[Problem]:  # noqa: ANN401 - raw data
    if not isinstance(roles, dict):
        return
    for role, rights in roles.items():
        if isinstance(rights, dict) and not target.has(_RESOURCES):
            yield too_new("resources", _RESOURCES, target).at("access_control", str(role))
    if target.newest >= _WARNS:
        message = "Airflow 3.1 and later warn of `access_control`: Airflow 4 will not have it"
        hint = "give the rights to the roles in the auth manager"
        yield warning(Code.DEPRECATED, message, hint).at("access_control")


_TIMETABLES: Mapping[str, Version] = {
    "MultipleCronTriggerTimetable": (3, 0),
    "DeltaTriggerTimetable": (2, 11),
}
"""Since when Airflow has a timetable, where not from 2.9 on."""
_RUN_IMMEDIATELY = (3, 0)


def _timetable_problems(schedule: Any, target: Target) -> Iterator[Problem]:  # noqa: ANN401 - raw data
    if not isinstance(schedule, dict):
        return
    path = str(schedule.get("timetable"))
    yield from _of_name(path, ("schedule_interval", "timetable"), target)
    module, _, name = path.rpartition(".")
    if module != "airflow.timetables.trigger":
        return
    since = _TIMETABLES.get(name)
    if since and not target.has(since):
        yield too_new(name, since, target).at("schedule_interval", "timetable")
    elif "run_immediately" in mapping_in(schedule, "with") and not target.has(_RUN_IMMEDIATELY):
        problem = too_new("run_immediately", _RUN_IMMEDIATELY, target)
        yield problem.at("schedule_interval", "with", "run_immediately")


def _asset_problems(data: object, schedule: object, target: Target) -> Iterator[Problem]:
    """Yield each URI of an asset that the provider of its scheme does not take.

    Airflow 3 then loads no such DAG; Airflow 2 warns (`_sanitize_uri` of both).
    """
    marked = ((where, item["$asset"]) for where, item in markers_in(data, "$asset"))
    named = (((*where, "$asset"), name) for where, name in marked)
    for where, name in (*plain_assets(schedule, ("schedule_interval",)), *named):
        from dagctl.spec.fields.asset_name import kept_problems
        from dagctl.spec.fields.asset_schemes import wanted_form

        form = wanted_form(name) if isinstance(name, str) else None
        if form is None:
            continue
        scheme = quoted(name.partition(":")[0])
        hint = f"write `{form}`, or a name without `:`"
        message = f"Airflow 3 does not load a {scheme} URI of another form"
        if target.series == "3":
            yield Problem(Code.BAD_ASSET, message, hint).at(*where)
        else:
            said = warning(Code.BAD_ASSET, f"{message}, and Airflow 2 warns of it", hint)
            yield next(kept_problems(name), said).at(*where)


ARGUMENTS_SINCE: Mapping[str, Version] = {
    "executor": (2, 10),
    "group_display_name": (3, 0),
    "render_template_as_native_obj": (3, 2),
    "retry_policy": (3, 3),
}
"""Since when Airflow has an argument, where not from 2.9 on."""
_GROUP_DOCS = (3, 3)
"""Since then a group has `doc_md`."""
RULES_SINCE: Mapping[str, Version] = {"all_done_min_one_success": (3, 1)}
"""The same of trigger rules."""
_FACTOR = (3, 2)
"""Since then `retry_exponential_backoff` may be a number."""
_CONCAT = (2, 10)
"""Since then outputs of tasks can be joined one behind the other."""


def argument_problems(given: Mapping[str, Any], path: Path, target: Target) -> Iterator[Problem]:
    """Yield each raw argument of a task, a group or `default_args` that the target lacks."""
    for key, since in ARGUMENTS_SINCE.items():
        if key in given and not target.has(since):
            yield too_new(key, since, target).at(*path, key)
    if "doc_md" in given and is_group(given) and not target.has(_GROUP_DOCS):
        problem = too_new("doc_md", _GROUP_DOCS, target)
        hint = f"write it as `tooltip`; or {problem.hint}"
        yield replace(problem, hint=hint).at(*path, "doc_md")
    rule, factor = given.get("trigger_rule"), given.get("retry_exponential_backoff")
    if isinstance(rule, str) and rule in RULES_SINCE and not target.has(RULES_SINCE[rule]):
        yield too_new(rule, RULES_SINCE[rule], target).at(*path, "trigger_rule")
    if type(factor) in {int, float} and not target.has(_FACTOR):
        where = (*path, "retry_exponential_backoff")
        yield too_new("a factor", _FACTOR, target).at(*where)
    for key in ("expand", "expand_kwargs"):
        for where, _ in markers_in(given.get(key), "$concat", (*path, key)):
            if not target.has(_CONCAT):
                yield too_new("$concat", _CONCAT, target).at(*where, "$concat")
    if "sla" in given and target.newest > _LAST_2:
        message = f"Airflow 3 has no {quoted('sla')}; the target is {target.name}"
        hint = "write `execution_timeout`, or `deadline` of the DAG (Airflow 3.1 and later)"
        yield Problem(Code.NOT_IN_TARGET, message, hint).at(*path, "sla")


def setting_target_problems(task: Mapping[str, Any], target: Target) -> Iterator[Problem]:
    """Yield what not all versions of the target take of what stands beside a function."""
    from dagctl.operators.targets import targets

    word = task.get("task_type", "python")
    for key in (key for key, types in TAKEN_BY.items() if key in task and word in types):
        having = [version for version in targets() if _takes(FUNCTION_CLASSES[word], key, version)]
        oldest = f"{target.oldest[0]}.{target.oldest[1]}"
        if having and oldest in targets() and oldest not in having:
            major, minor = having[0].split(".")
            yield too_new(key, (int(major), int(minor)), target).at(key)


@lru_cache(maxsize=512)
def _takes(name: str, parameter: str, airflow: str) -> bool:
    from dagctl.operators.lookup import lookup
    from dagctl.operators.model import Operator

    known = lookup(name, airflow)
    return isinstance(known, Operator) and parameter in known.parameters


_IN_A_TASK = ("python", "branch", "short_circuit")
"""Tasks whose operator runs a generator and awaits a coroutine; sensors and others do not."""
_YIELDS_FROM = (2, 10)
_AWAITS_FROM = (3, 2)


def function_problems(task: Mapping[str, Any], target: Target) -> Iterator[Problem]:
    """Yield why the target, or the kind of a task, does not run its function."""
    code = task.get("python_code")
    if not isinstance(code, str) or ("yield" not in code and "async" not in code):
        return
    try:
        parsed = parse_python_code(code, provide_context=task.get("provide_context") is True)
    except PythonCodeError:  # it is reported already
        return
    if not parsed.is_generator and not parsed.is_async:
        return
    is_async = parsed.is_async
    number = Code.PYTHON_ASYNC if is_async else Code.PYTHON_YIELD
    what = "an `async def`" if is_async else "a function that yields"
    needed = _AWAITS_FROM if is_async else _YIELDS_FROM
    kind = "decorator" if "decorator" in task else task.get("task_type", "python")
    hint = "call `asyncio.run(...)` in a plain `def`" if is_async else "return a list instead"
    if kind not in _IN_A_TASK:
        name = task.get("decorator") if kind == "decorator" else kind
        message = f"{quoted(str(name))} does not run {what}"
    elif target.oldest < needed:
        version = f"{needed[0]}.{needed[1]}"
        message = f"{what} needs Airflow {version}; the target is {target.name}"
        if target.newest >= needed:
            hint = f'set `airflow = "{version}"` in dagctl.toml, or {hint}'
    else:
        return
    yield Problem(number, message, hint).at("python_code")


def group_id_problems(data: object, target: Target) -> Iterator[Problem]:
    """Yield each group in a group whose own id is the whole id of something before it.

    Airflow 2 compares the own id with the whole ids that the DAG has so far, and does not load the
    file (`TaskGroup._check_for_group_id_collisions`); Airflow 3 compares whole ids.
    """
    if target.series != "2":
        return
    nested = any(placed.groups and is_group(placed.item) for placed in raw_entries(data))
    before: dict[str, Entry] = {}
    for entry in outline_of(data).entries if nested else ():
        taken = before.get(entry.name) if entry.is_group and entry.id != entry.name else None
        before.setdefault(entry.id, entry)
        if taken is not None:
            what = "group" if taken.is_group else "task"
            message = f"Airflow 2 takes no group {quoted(entry.name)} in another one behind the "
            message += f"{what} {quoted(taken.id)}; the target is {target.name}"
            hint = "give it an id of its own, or write it before"
            if taken in entry.where:
                hint = "give it an id of its own"
            yield Problem(Code.NOT_IN_TARGET, message, hint).at(*entry.path, "group_id")


_MARKERS = ("$ref", "$new")
_HOLDERS = (dict, list, tuple)


def gone_path_problems(data: object, target: Target) -> Iterator[Problem]:
    """Yield each import path of Airflow's in raw data that the target does not have."""
    stack: list[tuple[Path, Any]] = [((), data)]
    while stack:
        path, item = stack.pop()
        if isinstance(item, dict):
            for marker in _MARKERS:
                name = item.get(marker)
                if isinstance(name, str):
                    yield from _of_name(name, (*path, marker), target)
        stack += [
            ((*path, key), inner) for key, inner in _inner(item) if isinstance(inner, _HOLDERS)
        ]


def _inner(item: object) -> Iterable[tuple[str | int, Any]]:
    if isinstance(item, dict):
        return () if "$const" in item else item.items()
    return enumerate(item) if isinstance(item, list | tuple) else ()


def _of_name(name: str, path: Path, target: Target) -> Iterator[Problem]:
    absent = absent_in(name, target) if name.startswith("airflow.") else None
    if absent is not None and "retry_policy" not in path:  # which no Airflow 2 has: said of the key
        message = f"{absent.message}: the DAG file would not load"
        yield Problem(Code.NOT_IN_TARGET, message, absent.way_out).at(*path)
