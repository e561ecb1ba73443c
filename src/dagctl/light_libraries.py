"""Keep libraries light, in each process of dagctl's own: what they load is half of a check.

This comes before any of them is loaded, and loads nothing itself. A program that imports dagctl
gets its libraries as they are.
"""

import dataclasses
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any

from dagctl.frozen import frozen, mutable
from dagctl.patterns import lazy_pattern

_LOADER = "pydantic.plugin._loader"
_WITH_CLASSES = frozenset({"annotated_types", "pydantic", "typer"})
"""The libraries whose dataclasses are made as dagctl's own are: of sixty a command uses a few."""
_WITH_PATTERNS = frozenset(
    {
        *("git", "jinja2", "platformdirs", "pyflakes", "typer", "yaml"),
        # of Python's own library, loaded by those
        *("fractions", "glob", "locale", "logging", "platform", "string", "tomllib"),
    }
)
"""The libraries whose regular expressions are compiled at their first use. They use their methods;
the functions of `re` do not take such an expression."""
_KNOWN_OPTIONS = frozenset({"frozen", "slots"})

_dataclass, _compile = dataclasses.dataclass, re.compile


def make_light() -> None:
    """Let pydantic use no plugin in this process, and libraries make things when they are used."""
    loader = _WithoutPlugins(_LOADER)
    sys.modules.setdefault(loader.__name__, loader)
    dataclasses.dataclass = _light_dataclass
    re.compile = _compiled


def _package_of(module: str) -> str:
    return module.partition(".")[0]


def _light_dataclass(cls: Any = None, /, **options: Any) -> Any:  # noqa: ANN401 - as `dataclass`
    """Do what `dataclass` does; the classes of some libraries get their methods when they are used.

    They lose their `slots`, which no code can see but that which sets an unknown attribute.
    """
    if cls is None:
        return partial(_light_dataclass, **options)
    if _package_of(cls.__module__) in _WITH_CLASSES and options.keys() <= _KNOWN_OPTIONS:
        return (frozen if options.get("frozen") else mutable)(cls)
    return _dataclass(cls, **options)


def _compiled(pattern: Any, flags: int = 0) -> Any:  # noqa: ANN401 - as `re.compile`
    """Do what `re.compile` does; the expressions of some libraries are compiled later."""
    package = _package_of(sys._getframe(1).f_globals["__name__"])  # noqa: SLF001 - who compiles
    return (lazy_pattern if package in _WITH_PATTERNS else _compile)(pattern, flags)


class _WithoutPlugins(ModuleType):
    """Stands for the module in which pydantic looks through all that is installed for plugins.

    dagctl is checked without any. The module itself loads thirty others, even if it may use no
    plugin. What else pydantic asks for comes from the true one.
    """

    @staticmethod
    def get_plugins() -> tuple[()]:
        """Return no plugin."""
        return ()

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # what the import asks for
            raise AttributeError(name)
        del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


class _Form(dict[str, Any]):
    """Stands for `TypedDict`: a class whose keys nothing but a type checker reads."""

    def __init_subclass__(cls, *, total: bool = True) -> None:
        """Take what a `TypedDict` takes."""

    def __new__(cls, **values: Any) -> Any:  # noqa: ANN401 - as of `TypedDict`
        """Return a plain `dict`, as a `TypedDict` does."""
        return values


@contextmanager
def light_schemas() -> Iterator[None]:
    """Let pydantic's schemas be loaded in the block without the types of their thousand keys.

    Python makes an object of each, which is 3 % of a `create`. Outside of dagctl's own processes,
    and where other threads run, nothing changes.
    """
    is_own = isinstance(sys.modules.get(_LOADER), _WithoutPlugins)
    if not is_own or threading.active_count() > 1 or "pydantic_core" in sys.modules:
        yield
        return
    home: Any = import_module("typing_extensions" if sys.version_info < (3, 12) else "typing")
    typed_dict = home.TypedDict
    home.TypedDict = _Form
    try:
        yield
    finally:
        home.TypedDict = typed_dict
