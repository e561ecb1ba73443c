"""`python -m dagctl` and the console script."""

import gc
import sys

from dagctl.light_libraries import make_light

_OBJECTS = 200_000
"""How many new objects there may be before garbage is looked for. A command makes many that stay
(modules, syntax trees); with Python's 700 a tenth of its time goes into looking through them."""


def main() -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(_OBJECTS)
    make_light()
    try:
        from dagctl.cli.app import run

        code = run()
    except KeyboardInterrupt:  # before the program catches it, or a second one
        code = 130
    gc.freeze()  # else Python looks through all objects for garbage once more before it ends
    sys.exit(code)


if __name__ == "__main__":
    main()
