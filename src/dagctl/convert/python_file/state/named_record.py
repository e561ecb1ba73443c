"""An object of a class of the file that only names data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(eq=False, slots=True)
class Record:
    """An object that has nothing but its fields, which get no other values."""

    fields: dict[str, Any]
    """Those whose values are known. A list in it may change, as any other list."""
    owner: Any
    """The `LocalClass` that it is of."""
    is_frozen: bool
    """Whether no code can give a field another value; else no code of its file does."""
