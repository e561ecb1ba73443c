"""From the name in a spec to the operator that it means on a target."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from dagctl.operators.build import operator
from dagctl.operators.model import NO_VERSIONS, Operator, Reason, Unresolved
from dagctl.operators.near import near_operators
from dagctl.operators.package_data import line
from dagctl.operators.provider_file import CORE, entry, provider, provider_name, short_name
from dagctl.operators.sampling import evidence, samples_in
from dagctl.operators.series import in_all, of_series
from dagctl.operators.shown_names import did_you_mean, quoted
from dagctl.operators.successors import SUCCESSORS
from dagctl.operators.targets import release, spans, targets, version
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dagctl.operators.provider_file import Provider

_NAME = lazy_pattern(r"[^\W\d][\w.-]*")
"""An import path, a class's name, or either after a provider's name with dashes."""
_LONGEST = 300
"""Characters of a name; the catalogue has none above 150."""


def lookup(
    name: str, target: str, versions: Mapping[str, str] = NO_VERSIONS
) -> Operator | Unresolved:
    """Return the operator that a name means on a target, or why there is none.

    Args:
        name: An import path, a class's name, or `provider.Class`.
        target: A version of Airflow, as `3.1` or `2.11.2`, or a series (`3`): what it means on all
            of its versions.
        versions: Versions of providers where a workspace names them, as `{"amazon": "9.4"}`; the
            newest that fits the target for the others.

    Raises:
        ValueError: The target is no known version of Airflow.
    """
    known = tuple(sorted((short_name(key), text) for key, text in versions.items()))
    series = of_series(target)
    if series:
        return _of_all(name, series, known)
    return _looked_up(name, release(target), known)


@lru_cache(maxsize=1024)
def _of_all(
    name: str, series: tuple[str, ...], versions: tuple[tuple[str, str], ...]
) -> Operator | Unresolved:
    return in_all(lambda target: _looked_up(name, target, versions), series)


@lru_cache(maxsize=1024)  # the check of a spec and its rendering ask for the same few
def _looked_up(
    name: str, place: str, versions: tuple[tuple[str, str], ...]
) -> Operator | Unresolved:
    known = dict(versions)
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        return _unknown(name, [])
    if name.startswith("airflow."):
        return _by_path(name, place, known)
    owner, _, class_name = name.rpartition(".")
    paths = _paths(class_name)
    if not owner:
        return _by_name(name, paths, place, known)
    here = [path for path in paths if provider_name(path) == short_name(owner)]
    if here:
        return _by_name(name, here, place, known)
    if provider(short_name(owner)) is not None:
        return _not_of_provider(name, short_name(owner), paths)
    return _foreign(name, paths)


def _paths(class_name: str) -> list[str]:
    text = line("_names", class_name)
    return text.split(" ") if text else []


def _by_name(
    name: str, paths: Sequence[str], target: str, versions: Mapping[str, str]
) -> Operator | Unresolved:
    """Return what a class's name means: Airflow's own class before a provider's."""
    if not paths:
        named = [f"{name[:1].upper()}{name[1:]}{kind}" for kind in ("Operator", "Sensor")]
        return _unknown(name, [each for each in named if _paths(each)] or near_operators(name))
    results = [at_path(path, target, versions) for path in paths]
    operators = [result for result in results if isinstance(result, Operator)]
    if not operators:
        return next(result for result in results if isinstance(result, Unresolved))
    for preferred in (CORE, "standard"):
        own = [item for item in operators if item.provider == preferred]
        if own:
            return own[0]
    if len(operators) > 1:
        return _ambiguous(name, operators)
    return operators[0]


def _by_path(path: str, target: str, versions: Mapping[str, str]) -> Operator | Unresolved:
    if entry(path) is not None:
        result = at_path(path, target, versions)
        return (
            result if isinstance(result, Operator) else _successor(path, target, versions, result)
        )
    text = line("_moved", path)
    if text is not None:
        return _moved(path, json.loads(text), target, versions)
    if path.startswith("airflow.providers.") and provider_name(path) == CORE:
        return _foreign(path, _paths(path.rpartition(".")[2]))
    same_name = [p for p in _paths(path.rpartition(".")[2]) if p != path]
    return _unknown(path, same_name or near_operators(path.rpartition(".")[2]))


def _moved(
    path: str,
    places: Mapping[str, tuple[list[str], list[str]]],
    target: str,
    versions: Mapping[str, str],
) -> Operator | Unresolved:
    """Return the class behind a path that warns, or from which another module imports it."""
    here = [own for own, (warns, silent) in places.items() if target in (*warns, *silent)]
    own = here[0] if here else list(places)[-1]
    result = at_path(own, target, versions)
    if isinstance(result, Operator):
        return _renamed(result, path)
    # `DummyOperator` is a name of `EmptyOperator`, which the target may have elsewhere
    successor = _successor(own, target, versions, result)
    return _renamed(successor, path) if isinstance(successor, Operator) else result


def import_state(path: str, target: str) -> tuple[bool, str] | None:
    """Return whether a class can be imported from a path that is not its own, and its own path.

    None where the catalogue knows no such path.

    Raises:
        ValueError: The target is no known version of Airflow.
    """
    text = line("_moved", path)
    if text is None:
        return None
    places: dict[str, tuple[list[str], list[str]]] = json.loads(text)
    here = any(release(target) in (*warns, *silent) for warns, silent in places.values())
    result = lookup(path, target)
    return here, result.path if isinstance(result, Operator) else list(places)[-1]


def _successor(
    path: str, target: str, versions: Mapping[str, str], otherwise: Unresolved
) -> Operator | Unresolved:
    """Return the class of the same name that the target has instead, where there is one."""
    result = _by_name(path, _paths(path.rpartition(".")[2]), target, versions)
    moved_by_airflow = not path.startswith("airflow.providers.")
    if isinstance(result, Operator) and moved_by_airflow:
        return _renamed(result, path)
    return otherwise


def _renamed(result: Operator, path: str) -> Operator:
    return result._replace(moved_from=path)


def at_path(path: str, target: str, versions: Mapping[str, str]) -> Operator | Unresolved:
    """Return the class at its own path."""
    data, owner = entry(path), provider(provider_name(path))
    if data is None or owner is None:
        return _unknown(path, [])
    speaks = evidence(owner.samples, target, versions.get(owner.name))
    if speaks is None:
        return _elsewhere(path, owner, data.get("in"), target)
    if speaks.says(data.get("in")) is False or not speaks.below | speaks.above:
        return _elsewhere(path, owner, data.get("in"), target)
    return operator(path, data, owner, target, speaks)


# --- No operator ----------------------------------------------------------------------------------


def _unknown(name: str, near: Sequence[str]) -> Unresolved:
    successor = SUCCESSORS.get(name.rpartition(".")[2])
    if successor:
        return Unresolved(
            name=name,
            reason=Reason.UNKNOWN,
            message=f"there is no operator {quoted(name)} any more",
            hint=f"use {quoted(successor)}",
            candidates=(successor,),
        )
    return Unresolved(
        name=name,
        reason=Reason.UNKNOWN,
        message=f"there is no operator {quoted(name)}",
        hint=did_you_mean(list(near)) or "dagctl operators WORD searches them",
        candidates=tuple(near),
    )


def _ambiguous(name: str, operators: Sequence[Operator]) -> Unresolved:
    names = tuple(f"{item.provider}.{item.name}" for item in operators)
    return Unresolved(
        name=name,
        reason=Reason.AMBIGUOUS,
        message=f"{len(names)} providers have an operator {quoted(name)}",
        hint=f"write {' or '.join(map(quoted, names))}",
        candidates=names,
    )


def _not_of_provider(name: str, owner: str, paths: Sequence[str]) -> Unresolved:
    class_name = name.rpartition(".")[2]
    if class_name in SUCCESSORS:
        return _unknown(name, [])
    others = [f"{provider_name(path)}.{class_name}" for path in paths]
    same = [near for near in near_operators(class_name) if _is_of(near, owner)]
    near = others or [f"{owner}.{item}" for item in same]
    return Unresolved(
        name=name,
        reason=Reason.UNKNOWN,
        message=f"the provider {quoted(owner)} has no operator {quoted(class_name)}",
        hint=did_you_mean(near) or f"dagctl operators {owner} lists those that it has",
        candidates=tuple(near),
    )


def _is_of(class_name: str, owner: str) -> bool:
    return any(provider_name(path) == owner for path in _paths(class_name))


def _foreign(name: str, paths: Sequence[str]) -> Unresolved:
    near = [f"{provider_name(path)}.{path.rpartition('.')[2]}" for path in paths]
    successor = SUCCESSORS.get(name.rpartition(".")[2]) if name.startswith("airflow.") else None
    return Unresolved(
        name=name,
        reason=Reason.FOREIGN,
        message=f"{quoted(name)} is not in the catalogue: its parameters are not checked",
        hint=f"new versions of its provider have {quoted(successor)} instead"
        if successor
        else did_you_mean(near),
        candidates=tuple(near),
    )


def _of_provider(owner: Provider) -> str:
    return "" if owner.name == CORE else f" of the provider {quoted(owner.name)}"


def _elsewhere(path: str, owner: Provider, mask: int | None, target: str) -> Unresolved:
    """Return that other Airflows, or other versions of the provider, have a class."""
    name = path.rpartition(".")[2]
    having = samples_in(owner.samples, mask)
    here = [version for sample_target, version in having if sample_target == target]
    if here:
        return Unresolved(
            name=name,
            reason=Reason.OTHER_VERSION,
            message=f"{quoted(name)} is not in the version of {quoted(owner.name)} that you have",
            hint=f"it is in {owner.distribution} {here[-1]}",
        )
    older = _older(owner, having, target)
    if older is not None:
        return Unresolved(
            name=name,
            reason=Reason.OTHER_VERSION,
            message=f"{quoted(name)} is not in the newest {quoted(owner.name)} for Airflow {target}"
            " any more",
            hint=f"if you have {owner.distribution} {older}, say so in dagctl.toml, under "
            f'[airflow.providers]: `{owner.name} = "{older}"`',
        )
    there = [t for t in targets() if t in {sample_target for sample_target, _ in having}]
    return Unresolved(
        name=name,
        reason=Reason.OTHER_TARGET,
        message=f"{quoted(name)}{_of_provider(owner)} needs {spans(there)}; "
        f"the target is Airflow {target}",
        hint=f"set the version of Airflow, or use an operator that Airflow {target} has",
    )


def _older(owner: Provider, having: Sequence[Sequence[str]], target: str) -> str | None:
    """Return the last version of a provider that has a class, if the target's newest is later."""
    newest = [version(number) for sample_target, number in owner.samples if sample_target == target]
    if owner.name == CORE or not newest:
        return None
    older = [number for _, number in having if (version(number) or ()) < (newest[-1] or ())]
    return older[-1] if older else None
