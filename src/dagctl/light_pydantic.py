"""Keep pydantic light, in each process of dagctl's own: what it loads and makes is half of a check.

This comes before pydantic is loaded, and loads nothing itself.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

_LOADER = "pydantic.plugin._loader"


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


def use_no_plugins() -> None:
    """Let pydantic use no plugin in this process, if it is not loaded yet."""
    loader = _WithoutPlugins(_LOADER)
    sys.modules.setdefault(loader.__name__, loader)


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
