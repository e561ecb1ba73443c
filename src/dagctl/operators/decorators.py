"""The TaskFlow decorators: `task.docker` and its like, as the operators that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.operators.lookup import at_path
from dagctl.operators.model import NO_VERSIONS, Operator, Reason, Unresolved
from dagctl.operators.near import near_parameter
from dagctl.operators.package_data import document
from dagctl.operators.provider_file import CORE, short_name
from dagctl.operators.shown_names import quoted
from dagctl.operators.targets import release, spans, targets

if TYPE_CHECKING:
    from collections.abc import Mapping


def decorator_names(target: str) -> tuple[str, ...]:
    """Return the names after `task.` that a target can have, in the order of the alphabet.

    Raises:
        ValueError: The target is no known version of Airflow.
    """
    place = release(target)
    table: dict[str, dict[str, list[str]]] = document("_about")["decorators"]
    return tuple(
        name for name, classes in table.items() if any(place in on for on in classes.values())
    )


def _made_by(
    name: str, path: str, place: str, versions: Mapping[str, str]
) -> Operator | Unresolved:
    """Return the class of a decorator that a target has, whatever module it has there.

    Airflow 2 has some of them itself, in other modules: what is known of the class then comes from
    the nearest target that has it at its path.
    """
    result: Operator | Unresolved = at_path(path, place, versions)
    known = targets()
    later = known[known.index(place) :] if isinstance(result, Unresolved) else ()
    for target in later:
        other = at_path(path, target, {})
        if isinstance(other, Operator):
            result = other._replace(target=place)
            break
    if isinstance(result, Unresolved):
        message = f"the catalogue knows only the name of the decorator {quoted(name)}"
        return Unresolved(name=name, reason=Reason.FOREIGN, message=message)
    if place.startswith("2.") and result.provider == "standard":
        return result._replace(provider=CORE, distribution="apache-airflow")
    return result


def _all_of_them(target: str) -> str:
    names = ", ".join(f"task.{name}" for name in sorted(decorator_names(target)))
    return f"the decorators are: {names}"


def lookup_decorator(
    name: str, target: str, versions: Mapping[str, str] = NO_VERSIONS
) -> Operator | Unresolved:
    """Return the operator that a decorator makes, its parameters without those of the function.

    Args:
        name: As `docker`, or `task.docker`.
        target: A version of Airflow.
        versions: Versions of providers where a workspace names them.

    Raises:
        ValueError: The target is no known version of Airflow.
    """
    place = release(target)
    short = name.removeprefix("task.")
    classes: dict[str, list[str]] = document("_about")["decorators"].get(short, {})
    here = [path for path, on in classes.items() if place in on]
    if here:
        known = {short_name(key): text for key, text in versions.items()}
        made = _made_by(name, here[0], place, known)
        return made._replace(name=f"task.{short}") if isinstance(made, Operator) else made
    if classes:
        having = [t for t in targets() if any(t in on for on in classes.values())]
        return Unresolved(
            name=name,
            reason=Reason.OTHER_TARGET,
            message=f"the decorator {quoted(name)} needs {spans(having)};"
            f" the target is Airflow {place}",
        )
    near = near_parameter(short, decorator_names(target))
    return Unresolved(
        name=name,
        reason=Reason.UNKNOWN,
        message=f"there is no decorator {quoted(name)}",
        hint=f"did you mean {quoted(f'task.{near}')}?" if near else _all_of_them(target),
        candidates=(f"task.{near}",) if near else (),
    )
