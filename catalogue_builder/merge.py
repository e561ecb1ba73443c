"""The extracts of all Airflows as one catalogue.

A class has the entry of the newest Airflow. What is not so on every Airflow that has the class
carries a mask: bit n stands for the n-th sample of the class's provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalogue_builder.lock import PREFIX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalogue_builder.describe import Entry
    from catalogue_builder.extract import Extract
    from catalogue_builder.lock import Lock

CORE = "airflow"
"""The part of the catalogue that is Airflow itself."""
STANDARD = "standard"
"""The provider that the operators of Airflow itself have moved to."""


@dataclass(frozen=True)
class Part:
    """What the catalogue has of one provider, or of Airflow itself."""

    header: Entry
    """Distribution, package, and the samples: target and version."""
    classes: dict[str, Entry]


def merge(lock: Lock, extracts: Sequence[Extract]) -> dict[str, Part]:
    """Return the parts of the catalogue by short name; oldest Airflow first in `extracts`."""
    packages = {name: path for extract in extracts for name, path in extract.packages.items()}
    columns = {
        extract.target: _by_package(extract, list(packages.values())) for extract in extracts
    }
    parts = {}
    for distribution, package in sorted(packages.items()):
        samples = [[s.target, s.version] for s in lock.samples(distribution)]
        header = {"distribution": distribution, "package": package, "samples": samples}
        parts[distribution.removeprefix(PREFIX)] = _part(header, columns)
    samples = [[target.name, target.version] for target in lock.targets]
    header = {"distribution": "apache-airflow", "package": CORE, "samples": samples}
    parts[CORE] = _part(header, columns)
    if STANDARD in parts:
        _annotate(parts[CORE], parts[STANDARD])
    return {name: part for name, part in sorted(parts.items()) if part.classes}


def _annotate(core: Part, standard: Part) -> None:
    """Give parameters of Airflow 2's own operators the types that they have been given since."""
    since = {path.rpartition(".")[2]: entry["params"] for path, entry in standard.classes.items()}
    for path, entry in core.classes.items():
        typed = since.get(path.rpartition(".")[2], {})
        for name, parameter in entry["params"].items():
            if "type" not in parameter and "type" in typed.get(name, {}):
                parameter["type"] = typed[name]["type"]


def _by_package(extract: Extract, packages: list[str]) -> dict[str, dict[str, Entry]]:
    groups: dict[str, dict[str, Entry]] = {}
    for path, entry in extract.classes.items():
        groups.setdefault(owner(path, packages), {})[path] = entry
    return groups


def _part(header: Entry, columns: dict[str, dict[str, dict[str, Entry]]]) -> Part:
    package = header["package"]
    column = [columns[target].get(package, {}) for target, _ in header["samples"]]
    paths = sorted({path for classes in column for path in classes})
    return Part(header, {path: merged([classes.get(path) for classes in column]) for path in paths})


def owner(path: str, packages: Sequence[str]) -> str:
    """Return the package that a class belongs to: the longest that its path is in."""
    holders = [package for package in packages if path.startswith(package + ".")]
    return max(holders, key=len, default=CORE)


def merged(column: Sequence[Entry | None]) -> Entry:
    """Return one entry for a class; None stands for a sample that lacks it."""
    samples = [(1 << index, entry) for index, entry in enumerate(column) if entry is not None]
    everywhere = sum(bit for bit, _ in samples)
    result: Entry = dict(samples[-1][1])
    if everywhere != (1 << len(column)) - 1:
        result["in"] = everywhere
    result["params"] = merged_parameters([(bit, e["params"]) for bit, e in samples], everywhere)
    result["template_fields"] = _merged_names(samples, everywhere)
    fixed = _masks([(bit, e.get("fixed", ())) for bit, e in samples])
    if fixed:
        result["fixed"] = _with_masks(fixed, everywhere)
    for flag in ("open", "deprecated"):
        mask = sum(bit for bit, entry in samples if flag in entry)
        if mask and flag == "open":
            result[flag] = True
        if flag in result and mask != everywhere:
            result[f"{flag}_in"] = mask
    return result


def merged_parameters(
    samples: Sequence[tuple[int, dict[str, Entry]]], everywhere: int
) -> dict[str, Entry]:
    """Return the parameters of all samples, the newest entry of each."""
    names = dict.fromkeys(name for _, params in reversed(samples) for name in params)
    return {name: _parameter(name, samples, everywhere) for name in names}


def _parameter(
    name: str, samples: Sequence[tuple[int, dict[str, Entry]]], everywhere: int
) -> Entry:
    entries = [(bit, params[name]) for bit, params in samples if name in params]
    present = sum(bit for bit, _ in entries)
    result: Entry = {key: value for key, value in entries[-1][1].items() if key != "required"}
    if present != everywhere:
        result["in"] = present
    needed = sum(bit for bit, entry in entries if entry.get("required"))
    if needed:
        result["required"] = True if needed == present else needed
    warned = sum(bit for bit, entry in entries if "deprecated" in entry)
    if "deprecated" in result and warned != present:
        result["deprecated_in"] = warned
    former = _masks([(bit, [entry.get("type", "Any")]) for bit, entry in entries])
    former.pop(result.get("type", "Any"))
    if former:
        result["was"] = [[mask, text] for text, mask in former.items()]
    return result


def _merged_names(samples: Sequence[tuple[int, Entry]], everywhere: int) -> Any:  # noqa: ANN401
    """Return the template fields, or None where the newest sample's cannot be read."""
    if samples[-1][1]["template_fields"] is None:
        return None
    masks = _masks([(bit, entry["template_fields"] or ()) for bit, entry in samples])
    return _with_masks(masks, everywhere)


def _masks(samples: Sequence[tuple[int, Sequence[str]]]) -> dict[str, int]:
    masks: dict[str, int] = {}
    for bit, names in reversed(samples):
        for name in dict.fromkeys(names):
            masks[name] = masks.get(name, 0) | bit
    return masks


def _with_masks(masks: dict[str, int], everywhere: int) -> list[Any]:
    """Return names, each that is not everywhere as a pair of name and mask."""
    return [name if mask == everywhere else [name, mask] for name, mask in masks.items()]
