"""A spec as YAML that `readers.yaml_reader` reads back equal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from dagctl.spec.readers.yaml_reader import REFUSED_RAW
from dagctl.spec.readers.yaml_values import meaning
from dagctl.spec.resolution.expressions import escaped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from dagctl.spec.model import DagSpec


def to_yaml(spec: DagSpec) -> str:
    """Return the spec as a YAML document, text of several lines as blocks where YAML allows it."""
    return data_to_yaml(spec.to_data())


def data_to_yaml(data: Mapping[str, Any]) -> str:
    """Return JSON data as a YAML document, in the order of the keys."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=2**31)


def written_to_yaml(data: Mapping[str, Any]) -> str:
    """Return data of a spec as its author wrote it: variables in its texts stay variables."""
    return yaml.dump(data, Dumper=_AsWritten, allow_unicode=True, sort_keys=False, width=2**31)


def inline(value: JsonValue) -> str:
    """Return one value in one line, as it is written behind `key: ` or in a list."""
    listed = yaml.dump(
        [value],
        Dumper=_AsWritten,
        allow_unicode=True,
        sort_keys=False,
        width=2**31,
        default_flow_style=True,
    )
    return listed.strip()[1:-1]


class _AsWritten(yaml.SafeDumper):
    """Writes texts as an author writes them: what stands for a variable stays one."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=_style(data))


class _Dumper(_AsWritten):
    """Writes texts that stand for themselves."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        return super().represent_str(escaped(data))


_AsWritten.add_representer(str, _AsWritten.represent_str)
_Dumper.add_representer(str, _Dumper.represent_str)


def _style(text: str) -> str | None:
    """Return how a text is written: None leaves the choice to PyYAML.

    PyYAML quotes what YAML 1.1 would misread. The reader refuses what any version misreads.
    """
    if REFUSED_RAW.search(text):
        return '"'
    if "\n" in text:
        return "|"
    return None if meaning(text) == (text, None) else "'"
