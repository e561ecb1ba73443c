"""The Typer application: the global options, and the root of the commands."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads annotations at run time
from typing import Annotated, Literal

import typer

from dagctl import __version__
from dagctl.cli.arguments.grouping import Root, apply
from dagctl.cli.arguments.options import examples
from dagctl.cli.invocation import current

EPILOG = examples(
    "dagctl init",
    "dagctl validate specs",
    "dagctl create specs/orders.yaml",
    "dagctl list",
)

ASKING = "_DAGCTL_COMPLETE"
"""The environment variable by which a completion script asks for candidates."""

app = typer.Typer(
    name="dagctl",
    cls=Root,
    epilog=EPILOG + "\n\nTopics: dagctl help exit-codes|environment|output|spec",
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback(invoke_without_command=True)
def root(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    *,
    directory: Annotated[
        Path | None,
        typer.Option("--directory", "-C", metavar="DIR", help="Work as if started in DIR."),
    ] = None,
    color: Annotated[
        Literal["auto", "always", "never"] | None, typer.Option(help="When to use colour.")
    ] = None,
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet",
            "-q",
            help="Not what was done, no notes, no steps: only data, warnings and errors.",
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            "-v",
            help="Show all DAGs, and each step, git command and request with its time.",
        ),
    ] = False,
    no_progress: Annotated[bool, typer.Option("--no-progress", help="No progress bar.")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of a failure.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Print the version and stop.")
    ] = False,
) -> None:
    """Write an Airflow DAG as data; get a readable DAG file, committed, stored and recorded."""
    apply(
        context,
        directory=directory,
        color=color,
        quiet=quiet,
        verbose=verbose,
        no_progress=no_progress,
        debug=debug,
    )
    if version:
        current(context).console.data(f"dagctl {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        current(context).console.data(context.get_help())


command = typer.main.get_command(app)
"""What runs; each of its commands is built when it is looked up."""
