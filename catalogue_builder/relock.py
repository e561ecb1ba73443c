"""Takes the newest releases into the lock.

The newest release of a provider counts for each Airflow that its metadata allows. An Airflow that
it no longer serves keeps the version that the lock has: no later one was, or will be, for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from catalogue_builder.lock import Lock
from catalogue_builder.wheels import digest_of, download_newest, key, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def relock(lock: Lock, folder: Path) -> Lock:
    """Return the lock with the newest providers; their wheels are in the folder afterwards.

    A new minor version of Airflow is added to `lock.json` by hand.
    """
    fresh = folder / "newest"
    download_newest(lock.providers, fresh)
    download_newest(_clients(lock, fresh), fresh)
    providers = {name: dict(versions) for name, versions in lock.providers.items()}
    clients = dict(lock.clients)
    wheels = dict(lock.wheels)
    for path in sorted(fresh.glob("*.whl")):
        facts = metadata(path)
        name, version = str(facts["Name"]), str(facts["Version"])
        requirements = [Requirement(text) for text in facts.get_all("Requires-Dist") or ()]
        if name in clients:
            clients[name] = version
        else:
            providers[name] |= dict.fromkeys(_served(lock, requirements), version)
        wheels[key(name, version)] = digest_of(path)
        path.rename(folder / path.name)
    return _without_unused(Lock(lock.targets, providers, wheels, clients))


def _clients(lock: Lock, folder: Path) -> Iterator[str]:
    """Yield each client with the versions that the newest providers take of it."""
    asked = {name: SpecifierSet() for name in lock.clients}
    for path in sorted(folder.glob("*.whl")):
        for text in metadata(path).get_all("Requires-Dist") or ():
            requirement = Requirement(text)
            if requirement.name in asked and not requirement.marker:
                asked[requirement.name] &= requirement.specifier
    yield from (f"{name}{versions}" for name, versions in asked.items())


def _served(lock: Lock, requirements: list[Requirement]) -> Iterator[str]:
    """Yield the targets that the requirements allow."""
    asked = [r.specifier for r in requirements if r.name == "apache-airflow" and not r.marker]
    for target in lock.targets:
        if all(
            specifier.contains(Version(target.version), prereleases=True) for specifier in asked
        ):
            yield target.name


def _without_unused(lock: Lock) -> Lock:
    used = {
        key(name, version)
        for target in lock.targets
        for name, version in lock.of_target(target).items()
    } | {key(name, version) for name, version in lock.clients.items()}
    return Lock(
        lock.targets,
        lock.providers,
        {name: digest for name, digest in lock.wheels.items() if name in used},
        lock.clients,
    )
