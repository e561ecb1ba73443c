"""An entry of the data files as an `Operator`, for one target and one version of its provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.operators.base_parameters import base_parameters
from dagctl.operators.entry_parameters import deprecation, parameters_of
from dagctl.operators.model import Operator
from dagctl.operators.provider_file import CORE
from dagctl.operators.sampling import samples_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.operators.model import Parameter
    from dagctl.operators.provider_file import Entry, Provider
    from dagctl.operators.sampling import Evidence


def operator(
    path: str, entry: Entry, provider: Provider, target: str, evidence: Evidence
) -> Operator:
    """Return what an entry says for a target and the versions that the evidence stands for."""
    kind = entry["kind"]
    parameters = parameters_of(entry["params"], evidence)
    if kind == "sensor":
        parameters = {**parameters, **_absent(base_parameters("sensor", target), parameters)}
    bit = evidence.above or evidence.below
    version = provider.samples[bit.bit_length() - 1][1]
    return Operator(
        name=path.rpartition(".")[2],
        path=path,
        kind=kind,
        target=target,
        provider=provider.name,
        distribution=provider.distribution,
        version=version,
        parameters=parameters,
        template_fields=_template_fields(entry, evidence),
        absent=dict(_absent_parameters(entry["params"], provider, target, evidence)),
        fixed=frozenset(_names(entry.get("fixed", ()), evidence)),
        open="open" in entry and evidence.says(entry.get("open_in")) is not False,
        takes_base="closed" not in entry and kind != "notifier",
        deferrable=entry.get("deferrable"),
        branch="branch" in entry,
        pod="pod" in entry,
        deprecated=deprecation(entry, evidence),
        doc=entry.get("doc", ""),
        targets=_targets(entry, provider),
        also=tuple(entry.get("also", ())),
    )


def _template_fields(entry: Entry, evidence: Evidence) -> frozenset[str] | None:
    fields = entry["template_fields"]
    return None if fields is None else frozenset(_names(fields, evidence))


def _names(items: list[Any], evidence: Evidence) -> list[str]:
    """Return the names of a list that hold for the evidence; a pair carries a mask."""
    pairs = ((item, None) if isinstance(item, str) else item for item in items)
    return [name for name, mask in pairs if evidence.says(mask) is not False]


def _absent_parameters(
    table: Mapping[str, Entry], provider: Provider, target: str, evidence: Evidence
) -> Iterator[tuple[str, str]]:
    """Yield the parameters that are not there, each with what has it."""
    for name, entry in table.items():
        mask = entry.get("in")
        if mask is not None and evidence.says(mask) is False:
            having = samples_in(provider.samples, mask)
            same = [version for place, version in having if place == target]
            place, newest = having[-1]
            where = f"Airflow {place}"
            if same:
                where = f"{provider.distribution} {same[-1]}"
            elif provider.name != CORE:
                where += f" with {provider.distribution} {newest}"
            yield name, where


def _absent(more: Mapping[str, Parameter], known: Mapping[str, Parameter]) -> dict[str, Parameter]:
    return {name: value for name, value in more.items() if name not in known}


def _targets(entry: Entry, provider: Provider) -> tuple[str, ...]:
    return tuple(target for target, _ in samples_in(provider.samples, entry.get("in")))
