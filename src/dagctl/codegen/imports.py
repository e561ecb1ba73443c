"""The imports of a generated module: what is used, sorted, and no name twice."""

from __future__ import annotations

import ast
import builtins
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from dagctl.dag_file.reserved import STANDARD_LIBRARY
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

_OWN = frozenset({"dag", "default_args", *dir(builtins)})
"""What the module itself defines or Python has: an import never hides it."""
_OWN_ENDS = ("_task", "_function", "_group")
_DIGITS = lazy_pattern(r"(\d+)")
_WORDS = lazy_pattern(r"[^A-Za-z0-9]+")


class Imports:
    """Collects what a module imports; each object gets one name, different from all others.

    The first object of a name keeps it. Another one is imported under an alias that begins with
    the part of its module that differs: `YandexDataprocCreateClusterOperator`.
    """

    def __init__(self, reserved: frozenset[str] = frozenset(), stems: Collection[str] = ()) -> None:
        """Begin with no imports.

        Args:
            reserved: Names that the module gives to something else.
            stems: What the names of its tasks, groups and functions are made of.
        """
        self._reserved = {*reserved}
        self._stems = stems
        self._names: dict[tuple[str, str], str] = {}
        self._modules: dict[str, str] = {}

    def use(self, module: str, attribute: str) -> ast.Name:
        """Return the name under which the module has an object, which it imports from now on."""
        key = (module, attribute)
        if key not in self._names:
            chosen = self._chosen(module, attribute)
            self._names[key] = chosen
            self._modules[chosen] = module
        return ast.Name(self._names[key], ast.Load())

    def reserve(self, chosen: str) -> bool:
        """Keep a name for the module's own function; return whether no import has it already."""
        if chosen in self._modules:
            return False
        self._reserved.add(chosen)
        return True

    def sections(self) -> Iterator[list[ast.ImportFrom]]:
        """Yield the statements as ruff sorts them: the standard library, then everything else."""
        entries = sorted(self._names.items(), key=lambda item: _module_key(item[0][0]))
        ordered = sorted(entries, key=lambda item: not _is_standard(item[0][0]))
        for _, section in groupby(ordered, key=lambda item: _is_standard(item[0][0])):
            yield list(_statements(section))

    def _chosen(self, module: str, attribute: str) -> str:
        if self._is_free(attribute):
            return attribute
        start = _difference(module, self._modules.get(attribute, ""))
        alias = _joined(start, attribute)
        number = 2
        while not self._is_free(alias):
            alias = f"{_joined(start, attribute)}_{number}"
            number += 1
        return alias

    def _is_free(self, chosen: str) -> bool:
        own = chosen in _OWN or self._is_made_here(chosen)
        return not own and chosen not in self._modules and chosen not in self._reserved

    def _is_made_here(self, chosen: str) -> bool:
        """Return whether the module may have a task, a group or a function of this name."""
        end = next((end for end in _OWN_ENDS if chosen.endswith(end)), None)
        if end is None:
            return False
        stem = chosen.removesuffix(end)
        of_a_callback = end == "_function" and "_on_" in stem
        return of_a_callback or stem in self._stems


def _statements(section: Iterable[tuple[tuple[str, str], str]]) -> Iterator[ast.ImportFrom]:
    """Yield one statement a module, and one for each alias, as ruff separates them."""
    for module, entries in groupby(section, key=lambda item: item[0][0]):
        members = sorted(entries, key=lambda item: _member_key(item[0][1]))
        kept = [member for (_, member), chosen in members if chosen == member]
        lines = [(kept[0], [ast.alias(member) for member in kept])] if kept else []
        for (_, member), chosen in members:
            if chosen != member:
                lines.append((member, [ast.alias(member, chosen)]))
        for _, aliases in sorted(lines, key=lambda line: _member_key(line[0])):
            yield ast.ImportFrom(module, aliases, 0)


def _is_standard(module: str) -> bool:
    return module.partition(".")[0] in STANDARD_LIBRARY


@lru_cache(maxsize=4096)
def _natural(text: str) -> list[tuple[str, int]]:
    """Return a key by which texts are sorted letter by letter, and numbers in them by value."""
    parts = [part for part in _DIGITS.split(text) if part]
    return [
        key
        for part in parts
        for key in ([("0", int(part))] if part.isdigit() else [(char, 0) for char in part])
    ]


def _module_key(module: str) -> tuple[list[tuple[str, int]], str]:
    return _natural(module.lower()), module


def _member_key(member: str) -> tuple[int, list[tuple[str, int]], str]:
    """Return ruff's order: constants, then classes, then the rest."""
    constant = member.isupper() and len(member) > 1
    kind = 0 if constant else 1 if member[:1].isupper() else 2
    return kind, _natural(member.lower()), member


def _difference(module: str, other: str) -> str:
    """Return the first part of a module's path that the other has not, else its last part."""
    parts, others = module.split("."), other.split(".")
    pairs = zip(parts, [*others, *[""] * len(parts)], strict=False)
    return next((part for part, twin in pairs if part != twin), parts[-1])


def _joined(start: str, attribute: str) -> str:
    """Return the alias in the style of the name: `YandexOperator`, or `yandex_operator`."""
    if attribute[:1].isupper() and not attribute.isupper():
        return "".join(word[:1].upper() + word[1:] for word in _WORDS.split(start)) + attribute
    prefix = start.upper() if attribute.isupper() else start
    return f"{prefix.lstrip('_')}_{attribute}"
