"""The configuration of airflow-config: YAML of Hydra, with what it takes from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.convert.configuration.defaults_list import Composition, ReadText
from dagctl.convert.configuration.hydra_objects import TARGET
from dagctl.convert.configuration.interpolation import interpolated
from dagctl.convert.configuration.layers import Layers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.foreign_yaml.reader import Fields
    from dagctl.convert.outcome.report import Remark

__all__ = ["TARGET", "Layers", "ReadText", "read_configuration"]


def read_configuration(
    text: str, file: str, beside: ReadText, environment: Mapping[str, str]
) -> tuple[Fields, tuple[Remark, ...]]:
    """Return what a configuration says, and what of it is not followed, or assumed.

    Args:
        text: The file.
        file: Its name, for the report.
        beside: Reads the files that its `defaults` name.
        environment: The variables of the environment that are known.

    Raises:
        SpecError: A file is no YAML that can be read, or the values that it takes from elsewhere
            are too many.
    """
    composition = Composition(file, beside)
    document, assumed = interpolated(composition.of(text), environment)
    return document, (*composition.remarks, *assumed)
