"""The data files that the wheel has."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import dagctl.operators
from catalogue_builder.lock import PREFIX, read_lock
from dagctl.operators.package_data import content, keys, line
from dagctl.operators.provider_file import known_providers
from dagctl.operators.search import provider_names
from dagctl.operators.targets import targets
from dagctl.operators.value_kinds import kind

DATA = Path(dagctl.operators.__file__).with_name("data")
LARGEST = 500_000
"""Bytes in a wheel, for all data files."""


def test_the_data_is_small() -> None:
    assert sum(path.stat().st_size for path in DATA.iterdir()) <= LARGEST


def test_the_licence_of_the_descriptions_is_there() -> None:
    assert "Apache License" in (DATA / "LICENSE").read_text("utf-8")
    assert "The Apache Software Foundation" in (DATA / "NOTICE").read_text("utf-8")
    project = (DATA.parents[3] / "pyproject.toml").read_text("utf-8")
    for name in ("LICENSE", "NOTICE"):
        assert f'"src/dagctl/operators/data/{name}"' in project


def test_the_data_is_of_the_wheels_of_the_lock() -> None:
    lock = read_lock()
    assert targets() == tuple(target.name for target in lock.targets)
    assert set(known_providers()) == {name.removeprefix(PREFIX) for name in lock.providers}
    for name, facts in known_providers().items():
        samples = [[s.target, s.version] for s in lock.samples(PREFIX + name)]
        assert facts["versions"] == samples


def test_every_file_is_gzip_without_a_time() -> None:
    for path in DATA.glob("*.gz"):
        assert path.read_bytes()[4:8] == bytes(4)
        assert gzip.decompress(path.read_bytes()).endswith((b"\n", b"}"))


def test_every_entry_is_read() -> None:
    """Names lead to classes, and nearly every type says something."""
    every = {path for name in keys("_names") for path in (line("_names", name) or "").split()}
    entries = {
        path: json.loads(text)
        for provider in provider_names()
        for path, text in (
            row.split("\t", 1) for row in content(provider).decode().splitlines()[1:]
        )
    }
    assert every == {path for path, entry in entries.items() if entry["kind"] != "decorated"}
    assert len(every) > 1_250
    types = [p.get("type", "Any") for e in entries.values() for p in e["params"].values()]
    silent = [text for text in types if kind(text).silent and not kind(text).classes]
    assert silent == []
