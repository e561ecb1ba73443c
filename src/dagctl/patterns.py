"""Regular expressions that cost nothing until they are used."""

from __future__ import annotations

import re
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, AnyStr, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
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


@contextmanager
def compiled_later(package: str) -> Iterator[None]:
    """Let a library that is loaded in the block compile its expressions at their first use, too.

    Only for a library that uses their methods: the functions of `re` do not take them. Where other
    threads run, nothing changes, since `re.compile` is everybody's.

    Args:
        package: The name of the library. What others compile meanwhile is compiled at once.
    """
    if threading.active_count() > 1:
        yield
        return

    def compile_(pattern: AnyStr, flags: int = 0) -> Pattern[AnyStr]:
        name = sys._getframe(1).f_globals["__name__"]  # noqa: SLF001 - the module that compiles
        is_its_own = f"{name}.".startswith(f"{package}.")
        return (lazy_pattern if is_its_own else _compile)(pattern, flags)

    re.compile = compile_  # type: ignore[assignment] # one function for the two kinds of text
    try:
        yield
    finally:
        re.compile = _compile


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
