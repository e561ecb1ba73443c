"""Parameters of operators in `default_args`: which tasks take them, and what is wrong with them.

Airflow gives each to every operator whose constructor, or that of a base, names it, unless the
task gives it itself; a group comes before what is around it. So it does for mapped tasks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, warning
from dagctl.findings.wording import nearest, question, quoted
from dagctl.spec.catalogue import is_rendered, operator_of, text_meaning
from dagctl.spec.checks.rendered_texts import texts_in
from dagctl.spec.tasks.arguments import NOT_SHARED, DefaultArgs
from dagctl.spec.walk import is_group, mapping_in, raw_entries

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dagctl.operators.model import Operator
    from dagctl.spec.walk import Path
    from dagctl.target import Target

_MOST_CLASSES = 20
"""Operators that one value is compared with; a DAG seldom has so many."""
_SHORT = 3
"""Letters of a word that is near to too many others."""
_MARKERS = {
    "duration": "{{$duration: {}}}",
    "time": '{{$datetime: "{}"}}',
    "clock": '{{$new: datetime.time.fromisoformat, args: ["{}"]}}',
}
"""How a value is written whose type not all tasks agree on, by what its text means."""


@dataclass
class Shared:
    """What stands under `with` of one `default_args`, and who takes it."""

    path: Path
    """Where `with` stands."""
    values: Mapping[str, Any]
    takers: dict[str, dict[str, Operator]] = field(default_factory=dict)
    """By the parameter: the operators of tasks that take it from here, by their import path."""
    operators: dict[str, Operator] = field(default_factory=dict)
    """All operators of the tasks that it counts for."""
    given: set[str] = field(default_factory=set)
    """Parameters that tasks would take, and that they, or a group, give themselves."""
    is_known: bool = True
    """Whether the catalogue knows the operators of all these tasks."""

    def meaning(self, name: str) -> str | None:
        """Return what text means, as `text_meaning`: where all tasks that take it agree."""
        known = self.takers.get(name, {}).values()
        said = {text_meaning(each, name, self.values[name]) for each in known}
        return next(iter(said)) if len(said) == 1 and self.is_known else None

    def note(self, known: Operator | None, given: Collection[str]) -> frozenset[str]:
        """Note a task, and return the parameters that it takes from here."""
        if known is None:
            self.is_known = False
            return frozenset(self.values)
        self.operators[known.path] = known
        taken = known.parameters.keys() & self.values.keys()
        self.given |= taken & set(given)
        for name in taken - set(given):
            self.takers.setdefault(name, {})[known.path] = known
        return frozenset(taken)


def shared_names(shared: object) -> frozenset[str]:
    """Return the names under `with` of some `default_args`, in raw data."""
    return frozenset(map(str, mapping_in(shared, "with")))


def shared_parameters(data: object, target: Target) -> list[Shared]:
    """Return what each `default_args` in raw data gives to operators: the DAG's first."""
    places = [((), data), *((path, item) for path, item, _ in raw_entries(data) if is_group(item))]
    all_shared: dict[int, Shared] = {}
    for path, owner in places:
        given = mapping_in(mapping_in(owner, "default_args"), "with")
        if given:
            all_shared[id(owner)] = Shared((*path, "default_args", "with"), given)
    for _, item, groups in raw_entries(data) if all_shared else ():
        if isinstance(item, dict) and is_group(item) and "group_callable" in item:
            known, around = None, (item, *reversed(groups), data)
        elif isinstance(item, dict) and not is_group(item):
            known, around = operator_of(item, target), (*reversed(groups), data)
        else:
            continue
        named = _given(item)
        for owner in around:
            if id(owner) in all_shared:
                named |= all_shared[id(owner)].note(known, named)
    return list(all_shared.values())


def _given(task: Mapping[str, Any]) -> set[str]:
    """Return the parameters that a task gives itself."""
    return {*task, *mapping_in(task, "with"), *mapping_in(task, "expand")}


def shared_parameter_problems(data: object, target: Target) -> Iterator[Problem]:
    """Yield what is wrong with parameters in `default_args`, each once, and those of no use."""
    for shared in shared_parameters(data, target):
        for name, value in shared.values.items():
            if name in NOT_SHARED or not str(name).isidentifier():
                continue  # an error already
            if name not in shared.takers:
                if shared.is_known and name not in shared.given:
                    yield _unused(name, shared).at(*shared.path, name)
                continue
            said = [*_of_takers(shared, name, value)]
            worst = min(said, key=lambda each: each.severity is not Severity.ERROR, default=None)
            if worst is not None:
                yield worst.under(*shared.path[:-1])


def shared_texts(data: object, target: Target) -> Iterator[tuple[Path, str]]:
    """Yield each text in `default_args` that an operator renders which takes it."""
    for shared in shared_parameters(data, target):
        for name, takers in shared.takers.items():
            if any(is_rendered(known, name) for known in takers.values()):
                yield from texts_in(shared.values[name], (*shared.path, name))


def _of_takers(shared: Shared, name: str, value: object) -> Iterator[Problem]:
    """Yield what the operators that take a value say of it."""
    from dagctl.operators.call_checks import OperatorCall, check_call
    from dagctl.operators.call_findings import CallLevel
    from dagctl.spec.checks.call_problems import length_problems, problem_of

    takers = [*shared.takers[name].values()][:_MOST_CLASSES]
    for known in takers:
        for finding in check_call(known, OperatorCall(arguments={name: value}, more=True)):
            if finding.path and finding.level is not CallLevel.NOTE:
                yield problem_of(finding, "operator")
    if shared.meaning(name) is not None:
        yield from length_problems(takers[0], {name: value})
        return
    for known in takers:
        meaning = text_meaning(known, name, value)
        wrong = [*length_problems(known, {name: value})]
        if wrong:
            yield from wrong
        elif meaning in _MARKERS:
            what = "a length of time" if meaning == "duration" else "a time"
            message = (
                f"{quoted(known.name)} takes {what}; other tasks may take {quoted(name)} as text"
            )
            hint = f"write `{_MARKERS[meaning].format(value)}`"
            yield Problem(Code.WRONG_KIND, message, hint).at("with", name)


def _unused(name: str, shared: Shared) -> Problem:
    known = {
        each: None
        for operator in shared.operators.values()
        for each in operator.parameters
        if each not in NOT_SHARED
    }
    message = f"no task takes {quoted(name)}: none of their operators has such a parameter"
    beside = [each for each in DefaultArgs.key_names() if len(each) > _SHORT]
    near = nearest(name, (*known, *beside))
    hint = question(near) or "remove it"
    if near in beside and near not in known:
        hint = f"{hint} It stands beside `with`"
    return warning(Code.BAD_DEFAULTS, message, hint, at_key=True)
