"""Spec files of the work tree as specs, with what counts for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.spec.load import load_spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dagctl.operation.backend import Loader
    from dagctl.spec.inputs import Input
    from dagctl.spec.model import DagSpec


def loaded(loader: Loader | None, text: str | bytes, path: str) -> DagSpec:
    """Return the spec of a text as if it stood in that file.

    Raises:
        SpecError: It has errors.
    """
    if loader is None:
        return load_spec(text, origin=path)
    return loader.load(text, path)


def variants(
    loader: Loader | None,
    text: str | bytes,
    path: str,
    made_of: Callable[[], Sequence[Input]] = tuple,
) -> Iterator[DagSpec]:
    """Yield the spec as each environment makes it; those with errors are left out.

    Raises:
        TooManyEnvironmentsError: It was not read for each of them.
    """
    if loader is None:
        yield load_spec(text, origin=path)
        return
    yield from loader.variants(text, path, made_of)
