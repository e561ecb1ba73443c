"""A target that is a series: a file for `3` works on each 3.x, and has only what each of them has.

A class or a parameter that later versions of Airflow have, with the very same provider, is none of
the series. What depends on the version of the provider alone is that of the newest Airflow: a
workspace may name the version that it has.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dagctl.operators.base_parameters import base_targets
from dagctl.operators.model import Operator, Reason, Unresolved
from dagctl.operators.provider_file import CORE, provider
from dagctl.operators.shown_names import quoted
from dagctl.operators.targets import release, spans, targets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Find = Callable[[str], "Operator | Unresolved"]
    """Looks a name up for a known Airflow."""


@lru_cache(maxsize=64)
def of_series(target: str) -> tuple[str, ...]:
    """Return the known Airflows of a series, oldest first; of one version none.

    Raises:
        ValueError: The target is no known version of Airflow.
    """
    newest = release(target)
    names = tuple(name for name in targets() if name.split(".")[0] == target)
    return names if newest in names else ()


def in_all(find: Find, series: tuple[str, ...]) -> Operator | Unresolved:
    """Return what a name means on the newest Airflow of a series, without what others lack."""
    newest = find(series[-1])
    if not isinstance(newest, Operator):
        return newest
    oldest = find(series[0])
    if not _same_provider(newest, series[0]):
        return _without(newest, _younger_base(newest, series))
    if not isinstance(oldest, Operator):
        return _too_new(newest, oldest, series)
    lacking = newest.parameters.keys() - oldest.parameters.keys()
    if not lacking:
        return newest
    known = {place: find(place) for place in series}
    return _without(newest, {name: _first(name, known) for name in lacking})


def _same_provider(newest: Operator, oldest: str) -> bool:
    """Return whether the oldest Airflow has the provider in the same version."""
    owner = provider(newest.provider)
    samples = owner.samples if owner else ()
    return newest.provider == CORE or (oldest, newest.version) in samples


def _younger_base(newest: Operator, series: tuple[str, ...]) -> Mapping[str, str]:
    """Return the parameters of every sensor that only later Airflows have, each with the first."""
    if newest.kind != "sensor":
        return {}
    having = {name: base_targets("sensor", name) for name in newest.parameters}
    return {name: there[0] for name, there in having.items() if {*there[:1]} & {*series[1:]}}


def _first(name: str, known: Mapping[str, Operator | Unresolved]) -> str:
    """Return the first Airflow whose class has a parameter."""
    return next(
        place for place, it in known.items() if isinstance(it, Operator) and name in it.parameters
    )


def _without(newest: Operator, lacking: Mapping[str, str]) -> Operator:
    """Return an operator without parameters, which the first Airflow that has each is said of."""
    if not lacking:
        return newest
    left = {name: it for name, it in newest.parameters.items() if name not in lacking}
    absent = {name: f"Airflow {place} and later" for name, place in lacking.items()}
    return newest._replace(parameters=left, absent={**newest.absent, **absent})


def _too_new(newest: Operator, oldest: Unresolved, series: tuple[str, ...]) -> Unresolved:
    having = [place for place in series if place in newest.targets]
    return oldest._replace(
        reason=Reason.OTHER_TARGET,
        message=f"{quoted(newest.name)} needs {spans(having)}; the target is {series[0]} and later",
        hint=f'set `airflow = "{having[0]}"` in dagctl.toml',
    )
