"""The newest releases in the lock: of the providers, and of what they are made for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zipfile import ZipFile

import catalogue_builder.relock
from catalogue_builder.lock import Lock, Target
from catalogue_builder.relock import relock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest

PROVIDER = "apache-airflow-providers-pods"


def wheel(folder: Path, name: str, version: str, *asked: str) -> None:
    """Write a wheel that has metadata alone."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = f"{name.replace('-', '_')}-{version}"
    lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {it}" for it in asked)]
    with ZipFile(folder / f"{plain}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{plain}.dist-info/METADATA", "\n".join(lines) + "\n")


def test_a_client_is_the_newest_that_the_newest_providers_take(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[list[str]] = []

    def download(distributions: Iterable[str], folder: Path) -> None:
        asked.append(list(distributions))
        if PROVIDER in asked[-1]:
            wheel(folder, PROVIDER, "2.0", "apache-airflow>=2.11", "kubernetes>=36,<37")
        else:
            wheel(folder, "kubernetes", "36.5")

    monkeypatch.setattr(catalogue_builder.relock, "download_newest", download)
    targets = tuple(Target(name, f"{name}.1", {}) for name in ("2.10", "2.11"))
    old = {PROVIDER: {"2.10": "1.0", "2.11": "1.0"}}
    wheels = {f"{PROVIDER}==1.0": "sha256:a", "kubernetes==36.0": "sha256:b"}

    lock = relock(Lock(targets, old, wheels, {"kubernetes": "36.0"}), tmp_path)

    assert asked == [[PROVIDER], ["kubernetes<37,>=36"]]
    assert lock.providers == {PROVIDER: {"2.10": "1.0", "2.11": "2.0"}}
    assert lock.clients == {"kubernetes": "36.5"}
    assert sorted(lock.wheels) == [f"{PROVIDER}==1.0", f"{PROVIDER}==2.0", "kubernetes==36.5"]
    assert len([*tmp_path.glob("*.whl")]) == 2
