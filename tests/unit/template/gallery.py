"""The gallery, each template filled with its own examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.template import filled, read_template, values_of

if TYPE_CHECKING:
    from dagctl.template import Template

GALLERY = sorted((Path(__file__).resolve().parents[3] / "templates" / "gallery").glob("*.yaml"))
NAMES = [path.stem for path in GALLERY]


def template_of(path: Path) -> Template:
    """Return a template of the gallery."""
    return read_template(path.read_bytes(), path.name)


def example_of(path: Path) -> str:
    """Return the spec that a template gives with the examples of its parameters."""
    template = template_of(path)
    given = {each.name: each.example for each in template.parameters if each.is_required}
    return filled(template, values_of(template, given))
