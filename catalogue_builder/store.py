"""The data files of `dagctl.operators`.

A file a provider: JSON lines, the first about the provider, the others `import path TAB entry`, so
that one class is read without parsing the others. The same catalogue gives the same bytes.
"""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

from catalogue_builder.lock import PREFIX
from catalogue_builder.merge import merged_parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from catalogue_builder.extract import Extract
    from catalogue_builder.lock import Lock
    from catalogue_builder.merge import Part

SUFFIX = ".gz"


def files_of(
    lock: Lock, parts: dict[str, Part], extracts: Sequence[Extract], expandable: dict[str, Any]
) -> dict[str, bytes]:
    """Return each file's name with its bytes.

    Args:
        lock: What the catalogue is made of.
        parts: The catalogue, by provider.
        extracts: One for each target of the lock, in its order.
        expandable: Base arguments that `expand` takes, each with the targets that let it.
    """
    files = {name: _lines(_provider_lines(part)) for name, part in parts.items()}
    files["_names"] = _lines(_name_lines(parts))
    files["_moved"] = _lines(_moved_lines(extracts))
    files["_base"] = compressed(_json(_base(lock, extracts, expandable)))
    files["_targets"] = compressed(_json({t.name: t.version for t in lock.targets}))
    files["_about"] = compressed(_json(_about(lock, parts, extracts)))
    return {name + SUFFIX: data for name, data in sorted(files.items())}


def write(files: dict[str, bytes], folder: Path) -> None:
    """Make the folder hold these data files and no other."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.name not in files:
            path.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)


def _provider_lines(part: Part) -> Iterable[str]:
    yield "\t" + _json(part.header)
    for path, entry in part.classes.items():
        yield f"{path}\t{_json(entry)}"


def _name_lines(parts: dict[str, Part]) -> Iterable[str]:
    """Yield `short name TAB import paths`."""
    names: dict[str, list[str]] = {}
    for part in parts.values():
        for path, entry in part.classes.items():
            if entry["kind"] != "decorated":
                names.setdefault(path.rpartition(".")[2], []).append(path)
    for name, paths in sorted(names.items()):
        yield f"{name}\t{' '.join(sorted(paths))}"


def _moved_lines(extracts: Sequence[Extract]) -> Iterable[str]:
    """Yield `path TAB {the class's own path: [targets where it warns, targets where not]}`."""
    table: dict[str, dict[str, list[list[str]]]] = {}
    for extract in extracts:
        for path, own in (extract.imported | extract.moved).items():
            warns, silent = table.setdefault(path, {}).setdefault(own, [[], []])
            (warns if path in extract.moved else silent).append(extract.target)
    for path, places in sorted(table.items()):
        yield f"{path}\t{_json(places)}"


def _base(lock: Lock, extracts: Sequence[Extract], expandable: dict[str, Any]) -> dict[str, Any]:
    everywhere = (1 << len(extracts)) - 1
    columns = {
        name: merged_parameters(
            [(1 << index, extract.base[name]) for index, extract in enumerate(extracts)],
            everywhere,
        )
        for name in extracts[-1].base
    }
    for name, entry in columns["BaseOperator"].items():
        entry["expand"] = sum(
            1 << index
            for index, target in enumerate(lock.targets)
            if target.name in expandable.get(name, ())
        )
    return {"samples": [[t.name, t.version] for t in lock.targets], "tables": columns}


def _about(lock: Lock, parts: dict[str, Part], extracts: Sequence[Extract]) -> dict[str, Any]:
    decorators: dict[str, dict[str, list[str]]] = {}
    for extract in extracts:
        for name, path in extract.decorators.items():
            decorators.setdefault(name, {}).setdefault(path, []).append(extract.target)
    return {
        "providers": {
            distribution.removeprefix(PREFIX): {
                "versions": [[s.target, s.version] for s in lock.samples(distribution)],
                "package": package,
                "classes": distribution.removeprefix(PREFIX) in parts,
            }
            for distribution, package in sorted(extracts[-1].packages.items())
        },
        "decorators": dict(sorted(decorators.items())),
    }


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _lines(lines: Iterable[str]) -> bytes:
    return compressed("".join(line + "\n" for line in lines))


def compressed(text: str) -> bytes:
    """Return gzip without a time or a name in its header."""
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)
