"""A model that may keep its largest parts as bytes, and makes them again at each use."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import PrivateAttr

from dagctl.spec.validation.checked_model import CheckedModel

if TYPE_CHECKING:
    from collections.abc import Mapping


class PackableModel(CheckedModel):
    """A model of which a command may hold thousands: as bytes, a part takes a quarter."""

    packs: ClassVar[tuple[str, ...]] = ()
    """The fields and private attributes that are large. Fields: the last of the model."""
    forgets: ClassVar[tuple[str, ...]] = ()
    """Private attributes that are None then, and made again of those."""

    _packed: Mapping[str, bytes] = PrivateAttr(default={})

    def packed(self) -> Self:
        """Return the same model, whose large parts are made again whenever they are asked for."""
        if self._packed:
            return self
        copy = self.model_copy()
        held = {}
        for name in self.packs:
            values = copy._values_with(name)  # noqa: SLF001 - its own class
            if values[name] is not None:
                held[name] = pickle.dumps(values.pop(name), pickle.HIGHEST_PROTOCOL)
        for name in self.forgets:
            setattr(copy, name, None)
        copy._packed = held  # noqa: SLF001 - its own class
        return copy

    def whole(self) -> Self:
        """Return the same model with all its parts."""
        if not self._packed:
            return self
        copy = super().model_copy()
        for name in self._packed:
            copy._values_with(name)[name] = getattr(self, name)  # noqa: SLF001 - its own class
        copy._packed = {}  # noqa: SLF001 - its own class
        return copy

    def _values_with(self, name: str) -> dict[str, Any]:
        return self.__dict__ if name in type(self).model_fields else self.__pydantic_private__ or {}

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy, with some fields replaced; they are not checked."""
        if update and self._packed:
            return self.whole().model_copy(update=update, deep=deep)
        return super().model_copy(update=update, deep=deep)

    if not TYPE_CHECKING:  # as in the base

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any field
            """Return a part that is kept as bytes, or as the base."""
            if name in type(self).packs:
                held = self._packed.get(name)
                if held is not None:
                    return pickle.loads(held)  # noqa: S301 - made by `packed`, never read
            return super().__getattr__(name)
