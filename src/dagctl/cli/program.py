"""The Typer application: the global options, and the commands in their groups."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads annotations at run time
from typing import Annotated, Literal

import typer

from dagctl import __version__
from dagctl.cli import (
    adopt,
    completion,
    convert,
    create,
    diff,
    doctor,
    edit,
    explain,
    export,
    help,  # noqa: A004 - the module of `dagctl help`
    history,
    import_archive,
    init,
    link,
    list,  # noqa: A004 - the module of `dagctl list`
    login,
    logout,
    migrations,
    new,
    operators,
    pull,
    recover,
    remove,
    rename,
    render,
    requirements,
    restore,
    rollback,
    schema,
    serve,
    show,
    templates,
    validate,
    whoami,
)
from dagctl.cli.grouping import Command, Root, apply
from dagctl.cli.invocation import current
from dagctl.cli.options import examples

EPILOG = examples(
    "dagctl init",
    "dagctl validate specs",
    "dagctl create specs/orders.yaml",
    "dagctl list",
)

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
            "--quiet", "-q", help="No notes and no steps: only results, warnings and errors."
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


AUTHOR, PUBLISH, INSPECT, ACCOUNT, MORE = "Author", "Publish", "Inspect", "Account", "More"

for _group, _name, _run, _epilog in (
    (AUTHOR, "init", init.init, init.EPILOG),
    (AUTHOR, "new", new.new, new.EPILOG),
    (AUTHOR, "templates", templates.templates, templates.EPILOG),
    (AUTHOR, "operators", operators.operators, operators.EPILOG),
    (AUTHOR, "schema", schema.schema, schema.EPILOG),
    (AUTHOR, "validate", validate.validate, validate.EPILOG),
    (AUTHOR, "render", render.render, render.EPILOG),
    (AUTHOR, "convert", convert.convert, convert.EPILOG),
    (AUTHOR, "requirements", requirements.requirements, requirements.EPILOG),
    (PUBLISH, "create", create.create, create.EPILOG),
    (PUBLISH, "edit", edit.edit, edit.EPILOG),
    (PUBLISH, "adopt", adopt.adopt, adopt.EPILOG),
    (PUBLISH, "mv", rename.rename, rename.EPILOG),
    (PUBLISH, "rm", remove.remove, remove.EPILOG),
    (PUBLISH, "restore", restore.restore, restore.EPILOG),
    (PUBLISH, "rollback", rollback.rollback, rollback.EPILOG),
    (PUBLISH, "export", export.export, export.EPILOG),
    (PUBLISH, "import", import_archive.import_archive, import_archive.EPILOG),
    (PUBLISH, "pull", pull.pull, pull.EPILOG),
    (PUBLISH, "recover", recover.recover, recover.EPILOG),
    (INSPECT, "list", list.list_dags, list.EPILOG),
    (INSPECT, "show", show.show, show.EPILOG),
    (INSPECT, "history", history.history, history.EPILOG),
    (INSPECT, "diff", diff.diff, diff.EPILOG),
    (ACCOUNT, "link", link.link, link.EPILOG),
    (ACCOUNT, "login", login.login, login.EPILOG),
    (ACCOUNT, "logout", logout.logout, logout.EPILOG),
    (ACCOUNT, "whoami", whoami.whoami, whoami.EPILOG),
    (MORE, "doctor", doctor.doctor, doctor.EPILOG),
    (MORE, "migrations", migrations.migrations, migrations.EPILOG),
    (MORE, "serve", serve.serve, serve.EPILOG),
    (MORE, "explain", explain.explain, explain.EPILOG),
    (MORE, "completion", completion.completion, completion.EPILOG),
    (MORE, "help", help.help_, help.EPILOG),
):
    app.command(_name, cls=Command, epilog=_epilog, rich_help_panel=_group)(_run)
