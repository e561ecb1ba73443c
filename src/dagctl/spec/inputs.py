"""What a spec was made of besides its own text, each with a digest. Light, and pure.

They are files with defaults, variables, a template, and the files that `$file` names. A record
keeps them beside the spec, so that it can be said later which of them has changed.
"""

from __future__ import annotations

from dataclasses import fields
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal, get_args

from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

InputKind = Literal["defaults", "variable", "template", "file"]

KEY = "$inputs"
"""The key of a recorded spec with the inputs: no key of a spec can begin with `$`."""
MOST = 2_000
"""Inputs of one spec: more than its limits allow."""
LONGEST_NAME = 4_096
_DIGEST = lazy_pattern("[0-9a-f]{64}")


@frozen
class Input:
    """One thing that a spec was made of."""

    kind: InputKind
    name: str
    """The path of a file, from the workspace; the name of a variable; `cleanup@1`."""
    digest: str
    """The SHA-256 in hex: of the text, or of a variable's value as JSON."""


def digest_of_text(text: str) -> str:
    """Return the SHA-256 of a text, in hex."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def with_inputs(spec: Mapping[str, Any], inputs: Iterable[Input]) -> dict[str, Any]:
    """Return a spec's data as they are stored: with what it was made of, if it was of something."""
    data = [[each.kind, each.name, each.digest] for each in inputs]
    return {**spec, KEY: data} if data else dict(spec)


def split(stored: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Input, ...]]:
    """Return the data of a spec and its inputs, as `with_inputs` has joined them.

    Args:
        stored: What a registry or an archive has; a stranger may have written it.

    Returns:
        No inputs, where they are not as dagctl writes them.
    """
    spec = {name: value for name, value in stored.items() if name != KEY}
    return spec, inputs_of(stored.get(KEY, []))


def inputs_of(data: object) -> tuple[Input, ...]:
    """Return the inputs in JSON data; none, if they are not as dagctl writes them."""
    if not isinstance(data, list) or len(data) > MOST or not all(map(_is_input, data)):
        return ()
    return tuple(Input(*item) for item in data)


def _is_input(item: object) -> bool:
    if not isinstance(item, list) or len(item) != len(fields(Input)):
        return False
    kind, name, digest = item
    return (
        kind in get_args(InputKind)
        and isinstance(name, str)
        and 0 < len(name) <= LONGEST_NAME
        and isinstance(digest, str)
        and _DIGEST.fullmatch(digest) is not None
    )
