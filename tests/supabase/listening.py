"""An operation in which something happens after a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.supabase.place import At, Place


def create_with(place: Place, listener: At) -> str:
    (dag,) = place.create(place.root / "specs/x.yaml", listener=listener).dags
    return dag.state
