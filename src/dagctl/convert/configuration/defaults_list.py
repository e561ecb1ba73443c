"""The other files of a configuration, which its `defaults` name: Hydra lays them below its own.

The source of the rules is Hydra's page "The Defaults List". A file is laid at its package, which is
said after `@`, by `# @package` in its first lines, or is its folder.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING

from dagctl.convert.foreign_yaml.reader import Fields, as_list, read_foreign_yaml, refused
from dagctl.convert.outcome.report import Outcome, Remark
from dagctl.findings.codes import Code
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.convert.outcome.report import Place

_PACKAGE = lazy_pattern(r"(?m)\A(?:[ \t]*(?:#.*)?\n)*?[ \t]*#[ \t]*@package[ \t]+([\w.]+)[ \t]*$")
_HEAD = 2_000
"""Characters of a file in which its package is looked for."""
_GLOBAL = "_global_"
_OWN = "_self_"
_MOST_FILES = 100
_DEEPEST = 10

ReadText = Callable[[str], str | None]
"""Returns the text of a file by its path from the folder of the configuration; None: no file."""


class Composition:
    """Lays the files of a configuration over one another."""

    def __init__(self, file: str, beside: ReadText) -> None:
        self._file = file
        self._beside = beside
        self._files = 0
        self.remarks: list[Remark] = []
        """What of the `defaults` was not followed."""

    def of(self, text: str) -> Fields:
        """Return what a configuration says, with what its defaults say below it.

        Raises:
            SpecError: A file is no YAML that can be read, or there are too many.
        """
        return self._composed(text, self._file, "", _GLOBAL, 0)

    def _composed(self, text: str, file: str, folder: str, package: str, depth: int) -> Fields:
        """Return what a file and its defaults say, from the top of the configuration.

        Args:
            text: The file.
            file: Its name, for the report.
            folder: Its folder, from that of the configuration.
            package: Where its own words belong.
            depth: How many files led to it.
        """
        own = read_foreign_yaml(text, file)
        items = as_list(own.get("defaults"))
        place = own.at("defaults")
        own.pop("defaults", None)
        whole = Fields(own.place)
        if _OWN not in items:
            items = [*items, _OWN]
        for item in items:
            if item == _OWN:
                whole = merged(whole, _placed(own, package))
            else:
                for below in self._named(item, place, folder, package, depth):
                    whole = merged(whole, below)
        return whole

    def _named(
        self, item: object, place: Place, folder: str, package: str, depth: int
    ) -> Iterator[Fields]:
        """Yield what the files say that an item of `defaults` names."""
        for name, target, is_optional in _names(item):
            path = posixpath.normpath(posixpath.join("/", folder, name))[1:]
            text = self._text(path, place, depth) if target is not None else None
            if text is not None:
                inner = posixpath.dirname(path)
                below = target or package_of(text) or _joined(package, posixpath.dirname(name))
                shown = posixpath.join(posixpath.dirname(self._file), f"{path}.yaml")
                yield self._composed(text, shown, inner, below, depth + 1)
            elif not is_optional:
                why = f"{name[:60]}.yaml is not read: write what it says into this file"
                self.remarks.append(Remark(Outcome.GAP, place, "defaults", why))

    def _text(self, path: str, place: Place, depth: int) -> str | None:
        self._files += 1
        if self._files > _MOST_FILES or depth >= _DEEPEST:
            message = "its defaults name too many files, or one another"
            raise refused(place.file, place.line, Code.TOO_MANY_VALUES, message)
        return self._beside(f"{path}.yaml")


def package_of(text: str) -> str:
    """Return the package that the first lines of a file say; empty: none."""
    match = _PACKAGE.match(text[:_HEAD])
    return match[1] if match else ""


def _names(item: object) -> Iterator[tuple[str, str | None, bool]]:
    """Yield each file that an item names: its path, its package, and whether it may be missing.

    The package is empty where the item says none, and None where the item is not followed.
    """
    if isinstance(item, str):
        words, _, package = item.removeprefix("optional ").partition("@")
        yield words.removesuffix(".yaml"), package, item.startswith("optional ")
        return
    for key, options in item.items() if isinstance(item, Fields) else [(str(item), "")]:
        group, _, package = key.removeprefix("optional ").partition("@")
        for option in as_list(options):
            is_plain = isinstance(option, str) and "$" not in option and " " not in group
            name = f"{group}/{option}".removesuffix(".yaml")
            yield name, package if is_plain else None, key.startswith("optional ")


def _joined(package: str, folder: str) -> str:
    """Return the package of a file in a folder below that of another file."""
    words = [part for part in (package, *folder.split("/")) if part not in {"", _GLOBAL}]
    return ".".join(words) or _GLOBAL


def _placed(own: Fields, package: str) -> Fields:
    """Return what a file says, at its package."""
    for name in reversed(package.split(".") if package != _GLOBAL else []):
        around = Fields(own.place)
        around.put(name, own, own.place)
        own = around
    return own


def merged(below: Fields, own: Fields) -> Fields:
    """Return a mapping with another one laid over it; mappings in it are merged too."""
    made = below.copy()
    for key, value in own.items():
        under = made.get(key)
        if isinstance(under, Fields) and isinstance(value, Fields):
            made.put(key, merged(under, value), own.at(key))
        else:
            made.put(key, value, own.at(key))
    return made
