"""The options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from dagctl.cli.arguments.candidates import dag_ids
from dagctl.target import TARGETS, target_of

Specs = Annotated[
    list[str],
    typer.Argument(metavar="SPEC", help="Files, folders, patterns, or - for standard input."),
]
DagId = Annotated[
    str,
    typer.Argument(
        metavar="DAG_ID", help="The id, as `dagctl list` shows it.", autocompletion=dag_ids
    ),
]
DagIds = Annotated[
    list[str],
    typer.Argument(
        metavar="DAG_ID", help="The ids, as `dagctl list` shows them.", autocompletion=dag_ids
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show the plan and the diff; change nothing.")
]
Force = Annotated[
    bool, typer.Option("--force", help="Overwrite DAG files that were changed by hand.")
]
NoVerify = Annotated[bool, typer.Option("--no-verify", help="Skip the git hooks.")]
Push = Annotated[
    bool | None,
    typer.Option(
        "--push/--no-push",
        help="Push the commit to the git remote, as a part of the operation. Default: as `push` "
        "in dagctl.toml says.",
    ),
]
InputFormat = Annotated[
    Literal["yaml", "json"] | None,
    typer.Option("--format", help="What standard input or a file without a suffix holds."),
]
TextOrJson = Annotated[
    Literal["text", "json"], typer.Option("--output", "-o", help="The form of the result.")
]
Variables = Annotated[
    Path | None,
    typer.Option(
        "--variables",
        metavar="FILE",
        help="Airflow's variables that Python files read, as `airflow variables export` writes "
        "them.",
    ),
]
Environ = Annotated[
    list[str] | None,
    typer.Option(
        "--environ",
        metavar="NAME=VALUE",
        help="A variable of the environment that the files read; may be repeated.",
    ),
]
Strict = Annotated[
    bool | None,
    typer.Option("--strict/--no-strict", help="Take warnings about specs for errors."),
]
Env = Annotated[
    str | None,
    typer.Option(
        "--env", metavar="NAME", help="The environment of dagctl.toml whose variables count."
    ),
]
Var = Annotated[
    list[str] | None,
    typer.Option("--var", metavar="NAME=VALUE", help="A value for a variable that specs name."),
]
Profile = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Which of several sessions for one project's URL."),
]


def checked_airflow(name: str | None) -> str | None:
    """Return the name of an Airflow to write for.

    Raises:
        typer.BadParameter: There is no such Airflow, or dagctl does not write for it.
    """
    try:
        return None if name is None else target_of(name).full_name
    except ValueError:
        raise typer.BadParameter(f"{name!r} is none of: {TARGETS}") from None


def airflow_option(which: str, default: str = "") -> Any:  # noqa: ANN401 - as Typer has it
    """Return the option `--airflow` of a command, whose help says which that is."""
    text = f"The Airflow {which}: {TARGETS}.{default and f' Default: {default}.'}"
    return typer.Option("--airflow", metavar="VERSION", callback=checked_airflow, help=text)


def examples(*lines: str) -> str:
    """Return examples as the end of a help page."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
