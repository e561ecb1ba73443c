"""`dagctl render`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.arguments.options import Env, InputFormat, Strict, Var, airflow_option, examples
from dagctl.cli.invocation import current
from dagctl.cli.terminal.text import shown, words
from dagctl.errors import UsageError

if TYPE_CHECKING:
    from dagctl.cli.invocation import Invocation
    from dagctl.spec.model import DagSpec
    from dagctl.spec.strictness import Checks

Spec = Annotated[str, typer.Argument(metavar="SPEC", help="A file, or - for standard input.")]
Target = Annotated[str | None, airflow_option("to write for")]
Write = Annotated[
    bool,
    typer.Option(
        "--write",
        help="Write it into the DAGs folder, as after a merge that conflicts there; no commit.",
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="With --write: overwrite a file that was changed by hand.")
]
EPILOG = examples(
    "dagctl render specs/orders.yaml",
    "dagctl render --write specs/orders.yaml",
    "dagctl render specs/orders.yaml --airflow 2 > dags/orders.py",
    "python make_spec.py | dagctl render - --format json",
)


def render(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    spec: Spec,
    airflow: Target = None,
    *,
    spec_format: InputFormat = None,
    strict: Strict = None,
    env: Env = None,
    var: Var = None,
    write: Write = False,
    force: Force = False,
) -> None:
    """Print the DAG file of a spec, and nothing else.

    Without --airflow it is written for the Airflow of the workspace, or for Airflow 3 outside of
    one. With --write it goes into the DAGs folder of the workspace instead, with the author, the
    time and the next version of the file that stands there.
    """
    from dagctl.cli.specs import SpecArguments, checks_of, good_specs
    from dagctl.codegen.render import render as rendered

    invocation = current(context)
    invocation.output = "text"
    if force and not write:
        raise UsageError("--force goes with --write", hint="dagctl render --help")
    if write and (airflow is not None or spec == "-"):
        raise UsageError(
            "--write takes a spec file, and the Airflow of the workspace",
            hint="dagctl render --write specs/orders.yaml",
        )
    checks = checks_of(strict=strict, airflow=airflow, env=env, variables=var)
    specs = good_specs(invocation, SpecArguments([spec], checks, spec_format))
    if len(specs) != 1:
        raise UsageError(f"render takes one spec; {spec} holds {len(specs)}")
    if write:
        _write(invocation, specs[0], checks, force=force)
        return
    invocation.console.exact(rendered(specs[0], airflow=checks.airflow))


def _write(invocation: Invocation, spec: DagSpec, checks: Checks, *, force: bool) -> None:
    from dagctl.cli.terminal.progress import WarningsOnly
    from dagctl.client import Client

    warnings = WarningsOnly(invocation.console)
    with Client.open(listener=warnings, variables=checks.variables) as client:
        written = client.rewrite(spec, force=force)
    path = shown(written.file_path)
    if written.changed:
        invocation.console.data(f"Wrote {path}")
        invocation.console.note(f"  next: git add {words(written.file_path)}, then commit")
    else:
        invocation.console.data(f"{path} is what the spec gives; nothing to do")
