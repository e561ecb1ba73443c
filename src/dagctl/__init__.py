"""dagctl: write an Airflow DAG as data; get a readable DAG file, committed, stored and recorded.

The public names load on first use, so that importing the package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagctl import errors
    from dagctl.client import Client
    from dagctl.codegen.render import render
    from dagctl.commands.operators import load_operator
    from dagctl.commands.specs.load_spec import check, load_spec
    from dagctl.dag_file.header import Provenance
    from dagctl.errors import DagctlError, Diagnostic, SpecError
    from dagctl.operators.model import Operator
    from dagctl.spec.model import DagSpec

__version__ = "0.1.0"

__all__ = [
    "Client",
    "DagSpec",
    "DagctlError",
    "Diagnostic",
    "Operator",
    "Provenance",
    "SpecError",
    "__version__",
    "check",
    "errors",
    "load_operator",
    "load_spec",
    "render",
]

_HOMES = {
    "Client": "dagctl.client",
    "DagSpec": "dagctl.spec.model",
    "DagctlError": "dagctl.errors",
    "Diagnostic": "dagctl.errors",
    "Operator": "dagctl.operators.model",
    "Provenance": "dagctl.dag_file.header",
    "SpecError": "dagctl.errors",
    "check": "dagctl.commands.specs.load_spec",
    "load_operator": "dagctl.commands.operators",
    "load_spec": "dagctl.commands.specs.load_spec",
    "render": "dagctl.codegen.render",
}


def __getattr__(name: str) -> object:
    """Return a public name from the module that defines it (PEP 562)."""
    if name == "errors":
        return import_module("dagctl.errors")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
