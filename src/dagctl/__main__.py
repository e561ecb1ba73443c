"""`python -m dagctl` and the console script."""

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from dagctl.cli.app import run  # noqa: PLC0415 - nothing is loaded before it is needed

    sys.exit(run())


if __name__ == "__main__":
    main()
