"""Wheels: downloaded by pip without dependencies, verified, and read without being unpacked."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from email.parser import Parser
from typing import TYPE_CHECKING
from zipfile import ZipFile

from packaging.requirements import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from email.message import Message
    from pathlib import Path


class WheelError(Exception):
    """A wheel is missing, or is not the one of the lock."""


def key(distribution: str, version: str) -> str:
    """Return how a lock names a wheel."""
    return f"{distribution}=={version}"


def download(wheels: Mapping[str, str], folder: Path) -> None:
    """Download the wheels that the folder lacks; pip verifies each digest.

    Args:
        wheels: `name==version`, then `sha256:...`.
        folder: Where they are kept; made if it is missing.

    Raises:
        WheelError: pip could not get them all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [name for name in wheels if _path(folder, name) is None]
    for batch in _without_repeats(missing):
        lines = [f"{name} --hash={wheels[name]}" for name in batch]
        _pip(lines, folder, "--require-hashes")


def download_newest(distributions: Iterable[str], folder: Path) -> None:
    """Download the newest release of each distribution, whatever Airflow it is for.

    Args:
        distributions: Names, each with the versions that count (`kubernetes<37`), if not all do.
        folder: Where the wheels go; made if it is missing.

    Raises:
        WheelError: pip could not get them all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _pip(list(distributions), folder)


def _without_repeats(names: list[str]) -> list[list[str]]:
    """Return batches in which no distribution stands twice: pip takes one version of each."""
    batches: list[dict[str, str]] = []
    for name in names:
        distribution = name.partition("==")[0]
        batch = next((b for b in batches if distribution not in b), None)
        if batch is None:
            batch = {}
            batches.append(batch)
        batch[distribution] = name
    return [list(batch.values()) for batch in batches]


def _pip(requirements: list[str], folder: Path, *options: str) -> None:
    if not requirements:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(requirements) + "\n")
        file.flush()
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary", ":all:", "--disable-pip-version-check", *options]
        command += ["--dest", str(folder), "--requirement", file.name]
        done = subprocess.run(command, stdout=2, check=False)  # noqa: S603 - pip, by our own list
    if done.returncode:
        raise WheelError(f"pip download ended with status {done.returncode}")


def _path(folder: Path, name: str) -> Path | None:
    distribution, _, version = name.partition("==")
    paths = folder.glob(f"{distribution.replace('-', '_')}-{version}-*.whl")
    return next(iter(sorted(paths)), None)


def wheel_of(folder: Path, name: str, digest: str) -> Path:
    """Return the wheel that the lock means.

    Raises:
        WheelError: The folder lacks it, or has another one under its name.
    """
    path = _path(folder, name)
    if path is None:
        raise WheelError(f"{name} is not in {folder}")
    if digest_of(path) != digest:
        raise WheelError(f"{path} is not the wheel of the lock: its digest differs")
    return path


def digest_of(path: Path) -> str:
    """Return a file's digest as a lock has it."""
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def sources(path: Path) -> dict[str, str]:
    """Return the Python files of a wheel: path in the wheel, then text."""
    with ZipFile(path) as wheel:
        return {
            name: wheel.read(name).decode("utf-8")
            for name in sorted(wheel.namelist())
            if name.startswith("airflow/") and name.endswith(".py")
        }


def licences(path: Path) -> dict[str, bytes]:
    """Return the licence texts of a wheel, `LICENSE` and `NOTICE`, by file name."""
    with ZipFile(path) as wheel:
        names = [name for name in wheel.namelist() if ".dist-info/" in name]
        texts = {name.rpartition("/")[2]: wheel.read(name) for name in names}
    return {name: text for name, text in sorted(texts.items()) if name in ("LICENSE", "NOTICE")}


def requirements(path: Path) -> set[str]:
    """Return the distributions that a wheel always brings with it, without its extras."""
    asked = (Requirement(text) for text in metadata(path).get_all("Requires-Dist") or ())
    return {requirement.name for requirement in asked if "extra" not in str(requirement.marker)}


def metadata(path: Path) -> Message:
    """Return the metadata of a wheel: name, version, requirements."""
    with ZipFile(path) as wheel:
        name = next(n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
        return Parser().parsestr(wheel.read(name).decode("utf-8"), headersonly=True)
