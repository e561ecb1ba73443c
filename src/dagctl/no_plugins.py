"""Keep pydantic from looking for plugins, in each process of dagctl's own.

This comes before pydantic is loaded, and loads nothing itself.
"""

import sys
from importlib import import_module
from types import ModuleType


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
    loader = _WithoutPlugins("pydantic.plugin._loader")
    sys.modules.setdefault(loader.__name__, loader)
