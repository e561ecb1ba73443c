"""`python -m dagctl` and the console script."""

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from dagctl.cli.app import run  # noqa: PLC0415 - nothing is loaded before it is needed

        code = run()
    except KeyboardInterrupt:  # before the program could take it, or once more while it told so
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
