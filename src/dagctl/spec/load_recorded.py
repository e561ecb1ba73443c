"""The data of a recorded spec as a spec; light, as it needs no parser of code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.spec.checked import Checked
from dagctl.spec.model import DagSpec
from dagctl.spec.recorded import reading_recorded

if TYPE_CHECKING:
    from collections.abc import Mapping


def check_recorded(data: Mapping[str, object]) -> Checked:
    """Return the spec, unless today's rules refuse its fields; the code in it is not looked at."""
    with reading_recorded():
        spec, problems = DagSpec.check(dict(data))
    return Checked(spec, tuple(item.diagnostic() for item in problems))
