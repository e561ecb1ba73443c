"""`dagctl doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from dagctl.cli.invocation import current
from dagctl.cli.options import TextOrJson, examples
from dagctl.cli.text import shown
from dagctl.session.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagctl.cli.console import Console, Style
    from dagctl.commands.doctor import Finding

EPILOG = examples("dagctl doctor", "dagctl doctor --output json")
STYLES: Mapping[str, Style] = {"ok": "good", "failed": "error", "skipped": "warning"}


def doctor(context: typer.Context, *, output: TextOrJson = "text") -> None:
    """Check the setup, and name the fix for what is wrong.

    Exits with the code of the first thing that is wrong. Nothing stays changed.
    """
    from dagctl.cli.envelope import envelope
    from dagctl.client import Client

    invocation = current(context)
    invocation.output = output
    console = invocation.console
    findings: list[Finding] = []
    with Client.open() as client:
        for finding in client.doctor():
            findings.append(finding)
            if output == "text":
                console.lines(_lines(console, finding))
    if output == "json":
        result = {"checks": [_data(one) for one in findings]}
        console.document(envelope(invocation, result=result))
    code = _exit_code(findings)
    if code:
        raise typer.Exit(code)


def _exit_code(findings: Sequence[Finding]) -> int:
    return next((int(one.exit_code) for one in findings if one.state == "failed"), 0)


def _lines(console: Console, finding: Finding) -> Iterator[str]:
    state = console.paint(f"{finding.state:<8}", STYLES[finding.state], on=console.out)
    yield f"{state}{finding.name:<11} {shown(redacted(finding.message))}"
    if finding.fix:
        yield f"{'':<8}{'':<11} fix: {shown(redacted(finding.fix))}"


def _data(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.name,
        "state": finding.state,
        "message": redacted(finding.message),
        "fix": finding.fix,
    }
