"""What the catalogue says of an operator and of its parameters."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dagctl.operators.value_kinds import kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.operators.value_kinds import Kind

NO_VERSIONS: Mapping[str, str] = MappingProxyType({})
"""No versions of providers are named: the newest that fit count."""


class Need(StrEnum):
    """Whether a parameter must be given."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    UNCERTAIN = "uncertain"
    """Some versions near the one that is meant ask for it."""


class Deprecation(NamedTuple):
    """That something should not be used any more."""

    reason: str
    use: str | None = None
    """What to use instead: a class's name or path, or None where the source does not say."""


class Parameter(NamedTuple):
    """An argument of an operator."""

    name: str
    type: str = "Any"
    """The annotation in one spelling, as `str | list[str] | None`; see `kinds`."""
    need: Need = Need.OPTIONAL
    default: Any = None
    """The value where it is left out; None too where only its source is known."""
    default_source: str | None = None
    """The source of a default that is made by running code."""
    origin: str | None = None
    """The class whose constructor names it, where that is a base; None for the class itself."""
    doc: str = ""
    deprecated: Deprecation | None = None
    certain: bool = True
    """False where some versions near the one that is meant lack it."""
    expandable: bool = True
    """Whether `expand` takes it."""

    @property
    def kind(self) -> Kind:
        """What values it takes."""
        return kind(self.type)


class Operator(NamedTuple):
    """An operator, sensor or notifier, as it is on one target."""

    name: str
    """The class's name."""
    path: str
    """Its import path on the target, one that does not warn."""
    kind: Literal["operator", "sensor", "notifier", "decorated"]
    target: str
    """The Airflow, as `3.3`."""
    provider: str
    """Short name, as `amazon`; `airflow` for what needs no provider."""
    distribution: str
    """What to install, as `apache-airflow-providers-amazon`."""
    version: str
    """The version of the distribution that this was read from."""
    parameters: Mapping[str, Parameter]
    """Its own parameters, those of its bases below BaseOperator too; a sensor's also have those
    of BaseSensorOperator.
    """
    template_fields: frozenset[str] | None
    """What Airflow renders, or None where that is not known."""
    absent: Mapping[str, str] = MappingProxyType({})
    """Parameters that other versions have, each with one that has it, as
    `apache-airflow-providers-amazon 9.39.0` or `Airflow 3.1`.
    """
    fixed: frozenset[str] = frozenset()
    """Parameters of a base that the class gives itself."""
    open: bool = False
    """It may take parameters that the catalogue does not know."""
    takes_base: bool = True
    """It takes the parameters of BaseOperator."""
    deferrable: Literal["parameter", "always"] | None = None
    branch: bool = False
    """It decides which of the tasks behind it run."""
    pod: bool = False
    """It is a KubernetesPodOperator, or made of it."""
    deprecated: Deprecation | None = None
    doc: str = ""
    moved_from: str | None = None
    """The import path that was asked for, where it is an old one that warns or is gone."""
    targets: tuple[str, ...] = ()
    """The targets that have the class at this path."""
    also: tuple[str, ...] = ()
    """Further distributions that its module imports, as a transfer needs two providers."""


class Reason(StrEnum):
    """Why a name leads to no operator."""

    UNKNOWN = "unknown"
    """No operator has that name."""
    AMBIGUOUS = "ambiguous"
    """Several have it."""
    OTHER_TARGET = "other_target"
    """Other Airflows have it."""
    OTHER_VERSION = "other_version"
    """Other versions of its provider have it."""
    FOREIGN = "foreign"
    """An import path that is not of Airflow: accepted, its parameters are not checked."""


class Unresolved(NamedTuple):
    """A name that leads to no operator of the catalogue."""

    name: str
    reason: Reason
    message: str
    hint: str | None = None
    candidates: tuple[str, ...] = ()
    """Names that may be meant, the nearest first."""

    @property
    def allowed(self) -> bool:
        """Whether a spec may use it all the same."""
        return self.reason is Reason.FOREIGN
