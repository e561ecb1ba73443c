"""What a DAG was made of, as JSON data and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dagctl.commands.outdated import Sources
    from dagctl.spec.inputs import Input


def sources_data(sources: Sources) -> dict[str, Any]:
    """Return what a DAG was made of, and what that makes today, as JSON data."""
    return {
        "makes": sources.makes,
        "inputs": [
            {
                "kind": each.input.kind,
                "name": each.input.name,
                "digest": each.input.digest,
                "state": each.state,
            }
            for each in sources.inputs
        ],
        "spec_error": sources.problem,
    }


def input_name(item: Input) -> str:
    """Return what a person calls an input: a path, `vars.bucket`, `template cleanup@1`."""
    prefixes = {"variable": "vars.", "template": "template "}
    return prefixes.get(item.kind, "") + item.name
