"""Which wheels the catalogue is made of: `lock.json`.

Every wheel has its exact version and its SHA-256 digest, so the same lock gives the same catalogue.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from packaging.version import Version

LOCK = Path(__file__).with_name("lock.json")

PREFIX = "apache-airflow-providers-"
"""What the names of the official providers begin with."""


@dataclass(frozen=True)
class Target:
    """An Airflow that the catalogue knows."""

    name: str
    """Major and minor version, as `2.11`."""
    version: str
    """The release that is read, as `2.11.2`."""
    core: dict[str, str]
    """The distributions that make this Airflow, with their versions."""


@dataclass(frozen=True)
class Sample:
    """A version of a distribution, as it is on an Airflow."""

    target: str
    version: str


@dataclass(frozen=True)
class Lock:
    """The wheels, and which of them belong together."""

    targets: tuple[Target, ...]
    """Oldest first."""
    providers: dict[str, dict[str, str]]
    """Distribution, then target, then the newest version that can be installed there."""
    wheels: dict[str, str]
    """`name==version`, then `sha256:...`."""
    clients: dict[str, str] = field(default_factory=dict)
    """Distributions whose classes operators take, and that are no providers, with versions."""

    def samples(self, distribution: str) -> list[Sample]:
        """Return what is read of a provider, oldest Airflow first."""
        versions = self.providers[distribution]
        return [Sample(t.name, versions[t.name]) for t in self.targets if t.name in versions]

    def of_target(self, target: Target) -> dict[str, str]:
        """Return the distributions of an Airflow and its providers, with their versions."""
        providers = {
            name: versions[target.name]
            for name, versions in self.providers.items()
            if target.name in versions
        }
        return target.core | providers


def read_lock(path: Path = LOCK) -> Lock:
    """Return what the file says."""
    data = json.loads(path.read_text("utf-8"))
    targets = (Target(name, **facts) for name, facts in data["targets"].items())
    return Lock(
        tuple(sorted(targets, key=lambda target: Version(target.version))),
        {name: _by_target(versions) for name, versions in data["providers"].items()},
        data["wheels"],
        data.get("clients", {}),
    )


def _by_target(versions: dict[str, list[str]]) -> dict[str, str]:
    return {target: version for version, targets in versions.items() for target in targets}


def write_lock(lock: Lock, path: Path = LOCK) -> None:
    """Write the file, the same lock as the same bytes."""
    providers: dict[str, dict[str, list[str]]] = {}
    for name in sorted(lock.providers):
        for sample in lock.samples(name):
            providers.setdefault(name, {}).setdefault(sample.version, []).append(sample.target)
    data = {
        "targets": {t.name: {"version": t.version, "core": t.core} for t in lock.targets},
        "clients": lock.clients,
        "providers": providers,
        "wheels": dict(sorted(lock.wheels.items())),
    }
    path.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
