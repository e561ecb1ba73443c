"""`python -m dagctl` and the console script."""

import gc
import sys
from importlib import import_module
from types import ModuleType

_OBJECTS = 200_000
"""How many new objects there may be before garbage is looked for. A command makes many that stay
(modules, syntax trees); with Python's 700 a tenth of its time goes into looking through them."""


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


def _use_no_plugins() -> None:
    loader = _WithoutPlugins("pydantic.plugin._loader")
    sys.modules.setdefault(loader.__name__, loader)


def main() -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(_OBJECTS)
    _use_no_plugins()
    try:
        from dagctl.cli.app import run  # noqa: PLC0415 - nothing is loaded before it is needed

        code = run()
    except KeyboardInterrupt:  # before the program catches it, or a second one
        code = 130
    gc.freeze()  # else Python looks through all objects for garbage once more before it ends
    sys.exit(code)


if __name__ == "__main__":
    main()
