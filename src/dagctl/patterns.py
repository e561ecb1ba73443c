"""Regular expressions that cost nothing until they are used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, AnyStr, cast

if TYPE_CHECKING:
    from re import Pattern

_compile = re.compile


def lazy_pattern(pattern: AnyStr, flags: int = 0) -> Pattern[AnyStr]:
    """Return a regular expression that is compiled when it is first used.

    A module that is loaded compiles nothing then: a command uses a few of the expressions that its
    modules have, and to compile all would be a tenth of what it takes to start.

    The methods and attributes are those of `re.Pattern`. It is no instance of it, so the functions
    of `re` do not take it: write `pattern.sub(...)`, not `re.sub(pattern, ...)`.

    Args:
        pattern: As of `re.compile`. An expression with a mistake raises `re.error` at the first
            use.
        flags: As of `re.compile`.
    """
    return cast("Pattern[AnyStr]", _Lazy(pattern, flags))


class _Lazy:
    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a pattern has
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(_compile(self.pattern, self._flags), name)
        setattr(self, name, value)  # a second use costs no more than one of a compiled expression
        return value
