"""`dagctl explain`."""

from __future__ import annotations

import textwrap
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.arguments.candidates import codes
from dagctl.cli.arguments.options import TextOrJson, examples
from dagctl.cli.invocation import begun
from dagctl.cli.reports.envelope import envelope
from dagctl.errors import NotFoundError, UsageError
from dagctl.next_step import Command, Fix
from dagctl.views.explained import explain_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.explanations import Explanation

Code = Annotated[
    str | None,
    typer.Argument(metavar="CODE", help="As in error[DAG301].", autocompletion=codes),
]
All = Annotated[
    bool, typer.Option("--list", help="List all codes, each with its title: as without a code.")
]
EPILOG = examples(
    "dagctl explain DAG301",
    "dagctl explain --list",
    "dagctl explain CONFLICT --output json",
)


def explain(
    context: typer.Context,
    code: Code = None,
    *,
    list_all: All = False,
    output: TextOrJson = "text",
) -> None:
    """Explain an error code, with an example and the way out.

    Without a code, list all of them.
    """
    from dagctl.explanations import EXPLANATIONS

    invocation = begun(context, output)
    if list_all and code is not None:
        raise UsageError("--list goes with no code", hint="dagctl explain --list")
    chosen = list(EXPLANATIONS.items()) if code is None else [_explained(code)]
    if output == "json":
        invocation.console.document(envelope(invocation, result=explain_data(chosen)))
    elif code is None:
        invocation.console.lines(f"{name}\t{entry.title}" for name, entry in chosen)
    else:
        invocation.console.lines(_page(*chosen[0], min(80, invocation.console.width)))


def _explained(code: str) -> tuple[str, Explanation]:
    """Return the code as it is written, and its explanation."""
    from dagctl.explanations import EXPLANATIONS

    asked = code.strip().upper()
    if asked in EXPLANATIONS:
        return asked, EXPLANATIONS[asked]
    near = get_close_matches(asked, EXPLANATIONS, n=3)
    names = " or ".join(f"`{name}`" for name in near)
    hint = f"did you mean {names}?" if near else Fix(Command("explain", "--list"))
    raise NotFoundError(f"there is no error code `{code}`", hint=hint)


def _page(code: str, entry: Explanation, width: int) -> Iterator[str]:
    yield from textwrap.wrap(f"{code}: {entry.title}", width)
    yield ""
    yield from textwrap.wrap(entry.explanation, width)
    for title, example in (("Wrong", entry.bad), ("Right", entry.good)):
        if example:
            yield f"\n{title}:\n"
            yield textwrap.indent(example.rstrip("\n"), "    ")
    yield ""
    yield from textwrap.wrap(f"Fix: {entry.fix}", width)
