"""One provider's part of the catalogue: its header, and an entry for each class."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NamedTuple

from dagctl.operators.package_data import document, exists, line

Entry = dict[str, Any]
"""What the data files say of a class, as JSON has it."""

CORE = "airflow"
"""The provider of what Airflow itself has."""
_PREFIX = "airflow.providers."
_DISTRIBUTION = "apache-airflow-providers-"


class Provider(NamedTuple):
    """A provider, and the versions of it that the catalogue has read."""

    name: str
    """Short name, as `cncf-kubernetes`."""
    distribution: str
    package: str
    samples: tuple[tuple[str, str], ...]
    """Target and version of each, oldest target first."""


@lru_cache(maxsize=1024)
def provider(name: str) -> Provider | None:
    """Return a provider that has operators, or None."""
    if name.startswith("_") or not exists(name):  # `_names` and its like are indexes
        return None
    header = line(name, "")
    facts = json.loads(header) if header else {}
    samples = tuple((target, version) for target, version in facts["samples"])
    return Provider(name, facts["distribution"], facts["package"], samples)


def entry(path: str) -> Entry | None:
    """Return what is known of the class at an import path, or None."""
    text = line(provider_name(path), path)
    result: Entry | None = json.loads(text) if text else None
    return result


@lru_cache(maxsize=4096)
def provider_name(path: str) -> str:
    """Return the short name of the provider that has an import path; `airflow` for the rest."""
    parts = path.removeprefix(_PREFIX).split(".")[:4] if path.startswith(_PREFIX) else []
    names = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((name for name in names if exists(name)), CORE)


def short_name(text: str) -> str:
    """Return the short name that a provider's name means: `cncf.kubernetes`, a distribution."""
    return text.lower().removeprefix(_DISTRIBUTION).replace(".", "-").replace("_", "-")


def known_providers() -> dict[str, Entry]:
    """Return all official providers by short name, those without operators too."""
    known: dict[str, Entry] = document("_about")["providers"]
    return known
