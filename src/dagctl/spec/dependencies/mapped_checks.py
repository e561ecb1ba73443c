"""What Airflow refuses in and around mapped groups, and arguments that no group around has."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, warning
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.spec.dependencies.outline import made_of, unit_of
from dagctl.spec.dependencies.uses import arguments_used
from dagctl.spec.tasks.mapping import mapped_names
from dagctl.spec.walk import field, is_mapped, mapping_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.spec.dependencies.outline import Entry, Outline
    from dagctl.spec.walk import Path


def mapped_problems(outline: Outline) -> Iterator[Problem]:
    """Yield what is wrong with mapped groups and with what stands in them."""
    for entry in outline.entries:
        yield from _argument_problems(entry)
        around = entry.group and entry.group.mapped_group
        if around and is_mapped(entry.item):
            key = "expand" if field(entry.item, "expand") else "expand_kwargs"
            message = f"{quoted(entry.address)} is in the mapped group {quoted(around.address)}"
            hint = "map only the group, or take it out of the group"
            message = f"{message}: it cannot be mapped again"
            yield Problem(Code.BAD_MAPPING, message, hint, at_key=True).at(*entry.path, key)
        if around and field(entry.item, "trigger_rule") == "always":
            message = f"Airflow takes no `always` in the mapped group {quoted(around.address)}"
            problem = Problem(Code.BAD_MAPPING, message, "write `all_done`, or remove it")
            yield problem.at(*entry.path, "trigger_rule")
        yield from _named_from_outside(outline, entry)
    if any(entry.is_group and is_mapped(entry.item) for entry in outline.entries):
        yield from _creation_circles(outline)


def empty_mappings(outline: Outline) -> Iterator[Problem]:
    """Yield a warning for each list without values that a task or a group is mapped over."""
    for entry in outline.entries:
        sources: dict[Path, Any] = {("expand_kwargs",): field(entry.item, "expand_kwargs")}
        sources |= {("expand", key): it for key, it in mapping_in(entry.item, "expand").items()}
        for path, source in sources.items():
            if isinstance(source, list | tuple | dict) and not source:
                skipped = "the group" if entry.is_group else "the task"
                message = f"there is no value: Airflow skips {skipped}, and what waits for it"
                hint = "add a value, or what another task returns: `{$xcom: ...}`"
                yield warning(Code.BAD_MAPPING, message, hint).at(*entry.path, *path)


def _argument_problems(entry: Entry) -> Iterator[Problem]:
    for path, name in arguments_used(entry.item):
        group = entry.group and entry.group.mapped_group
        if group is None:
            message = f"no group around is mapped, so there is no argument {quoted(name)}"
            problem = Problem(Code.BAD_MAPPING, message, "use `$arg` in a group with `expand`")
            yield problem.at(*entry.path, *path)
            continue
        known = _argument_names(group.item)
        if known and name not in known:
            message = f"the group {quoted(group.address)} has no argument {quoted(name)}"
            hint = did_you_mean(name, known) or f"it has: {', '.join(sorted(known)[:10])}"
            yield Problem(Code.BAD_MAPPING, message, hint).at(*entry.path, *path)


def _argument_names(item: Any) -> frozenset[str]:  # noqa: ANN401 - a model or raw data
    """Return the arguments of a mapped group; none: they come at run time."""
    given = item if isinstance(item, dict) else item.__dict__
    names = frozenset(mapped_names(given))
    beside = given.get("with") or given.get("arguments")
    return names | frozenset(beside if isinstance(beside, dict) else ()) if names else names


def _named_from_outside(outline: Outline, entry: Entry) -> Iterator[Problem]:
    """Yield where a group in a mapped group is named outside of that: only its tasks have ids."""
    here = entry.group and entry.group.mapped_group
    for wait, target in outline.waits(entry):
        if target is not None and target.is_group and target.group:
            around = target.group.mapped_group
            if around is not None and around is not here:
                where = f"the mapped group {quoted(around.address)}"
                message = f"{quoted(wait.name)} is a group in {where}"
                hint = "name a task in it, or the whole mapped group"
                yield Problem(Code.BAD_MAPPING, message, hint).at(*entry.path, *wait.place)


def _creation_circles(outline: Outline) -> Iterator[Problem]:
    """Yield a problem if a mapped group, which is made at once, needs what needs it."""
    needs: dict[int, set[int]] = {}
    for entry in outline.entries:
        unit = unit_of(entry)
        others = needs.setdefault(unit.number, set())
        others |= {unit_of(other).number for other in made_of(outline, entry)} - {unit.number}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = [outline.entries[number] for number in error.args[1]]
        group = next((each for each in circle if each.is_group), circle[0])
        way = " -> ".join(each.address for each in reversed(circle[:12]))
        message = f"outputs form a circle: {way}; Airflow makes the mapped group as a whole"
        hint = "read one of the outputs with `xcom_pull` instead"
        yield Problem(Code.BAD_MAPPING, message, hint).at(*group.path, "group_id")
