"""The parameters of an entry of the data files, for the versions that count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.operators.model import Deprecation, Need, Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.operators.provider_file import Entry
    from dagctl.operators.sampling import Evidence


def parameters_of(table: Mapping[str, Entry], evidence: Evidence) -> dict[str, Parameter]:
    """Return the parameters that are, or may be, there."""
    return {
        name: parameter(name, entry, evidence)
        for name, entry in table.items()
        if evidence.says(entry.get("in")) is not False
    }


def parameter(name: str, entry: Entry, evidence: Evidence) -> Parameter:
    """Return one parameter."""
    return Parameter(
        name=name,
        type=_type(entry, evidence),
        need=_need(entry.get("required", False), evidence),
        default=entry.get("default"),
        default_source=entry.get("source"),
        origin=entry.get("of"),
        doc=entry.get("doc", ""),
        deprecated=deprecation(entry, evidence),
        certain=evidence.says(entry.get("in")) is True,
        expandable="expand" not in entry or evidence.says(entry["expand"]) is True,
    )


def _type(entry: Entry, evidence: Evidence) -> str:
    """Return the type, or `Any` where it was another one in a version nearby."""
    newest: str = entry.get("type", "Any")
    former = [text for mask, text in entry.get("was", ()) if evidence.says(mask) is not False]
    if not former:
        return newest
    bits = evidence.below | evidence.above
    here = [text for mask, text in entry["was"] if bits & mask == bits]
    return here[0] if here else "Any"


def _need(required: bool | int, evidence: Evidence) -> Need:  # noqa: FBT001 - as the data has it
    if required is False:
        return Need.OPTIONAL
    needed = evidence.says(None if required is True else required)
    return {True: Need.REQUIRED, False: Need.OPTIONAL, None: Need.UNCERTAIN}[needed]


def deprecation(entry: Entry, evidence: Evidence) -> Deprecation | None:
    """Return that a class or parameter is deprecated where that is certain."""
    said: Any = entry.get("deprecated")
    if not said or evidence.says(entry.get("deprecated_in")) is not True:
        return None
    if isinstance(said, str):
        return Deprecation(reason=said)
    return Deprecation(reason=said.get("reason", "deprecated"), use=said.get("use"))
