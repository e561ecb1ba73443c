"""The files in `docker/`, read as Docker reads them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Dockerfile:
    """The instructions of a Dockerfile, as (name, arguments)."""

    instructions: tuple[tuple[str, str], ...]

    def all(self, name: str) -> list[str]:
        """Return the arguments of every instruction of this name."""
        return [arguments for found, arguments in self.instructions if found == name]

    def command(self, name: str) -> list[str]:
        """Return the last `ENTRYPOINT`, `CMD` or `HEALTHCHECK`; it has to be in the exec form."""
        found: list[str] = json.loads(re.sub(r"^.*?CMD (?=\[)", "", self.all(name)[-1]))
        return found


@pytest.fixture(scope="session")
def dockerfile() -> Dockerfile:
    lines = (ROOT / "docker" / "Dockerfile").read_text("utf-8").splitlines()
    text = "\n".join(line for line in lines if line and not line.startswith("#"))
    whole = re.sub(r"\\\n\s*", "", text).splitlines()
    pairs = (line.partition(" ") for line in whole)
    return Dockerfile(tuple((name, arguments) for name, _, arguments in pairs))


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text("utf-8"))
    return found
