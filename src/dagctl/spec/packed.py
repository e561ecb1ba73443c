"""Specs as bytes: of thousands of them, one at a time is there whole.

A spec of ten tasks is 500 objects, 60 KB; packed it has 2 KB. It is made again, in less than a
millisecond, whenever it is asked for.
"""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.spec.model import DagSpec

MANY = 2_000
"""Specs from which on they are kept packed: it takes a fifth more time."""
_FAST = 1


@frozen
class PackedSpec:
    """A spec, packed in this process or in a copy of it."""

    data: bytes

    def whole(self) -> DagSpec:
        """Return the spec."""
        spec: DagSpec = pickle.loads(zlib.decompress(self.data))  # noqa: S301 - see the class
        return spec


def packed(spec: DagSpec | PackedSpec) -> PackedSpec:
    """Return a spec as bytes; one that is packed stays as it is."""
    if isinstance(spec, PackedSpec):
        return spec
    return PackedSpec(zlib.compress(pickle.dumps(spec, pickle.HIGHEST_PROTOCOL), _FAST))


def whole(spec: DagSpec | PackedSpec) -> DagSpec:
    """Return a spec that may be packed."""
    return spec.whole() if isinstance(spec, PackedSpec) else spec


class Specs(Sequence["DagSpec"]):
    """A sequence of specs; those that are packed are made again whenever they are asked for."""

    def __init__(self, kept: Sequence[DagSpec | PackedSpec]) -> None:
        self.kept = kept

    def __len__(self) -> int:
        return len(self.kept)

    @overload
    def __getitem__(self, place: int) -> DagSpec: ...

    @overload
    def __getitem__(self, place: slice) -> Specs: ...

    def __getitem__(self, place: int | slice) -> DagSpec | Specs:
        return Specs(self.kept[place]) if isinstance(place, slice) else whole(self.kept[place])

    def __iter__(self) -> Iterator[DagSpec]:
        return map(whole, self.kept)
