"""Another clone of the repository of a place."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.supabase.place import Place

if TYPE_CHECKING:
    from pathlib import Path


def clone(place: Place, to: Path) -> Place:
    subprocess.run(["git", "clone", "-q", str(place.root), str(to)], check=True)
    found = Place(to, place.stand_in)
    found.link()
    found.git("config", "user.name", "Ada")
    found.git("config", "user.email", "ada@example.com")
    return found
