"""`dagctl completion`, and the answers that the completion scripts ask for."""

from __future__ import annotations

from typing import Annotated, Literal

import typer
from typer._completion_shared import get_completion_script  # Typer has no public door to it

from dagctl.cli.arguments.options import examples
from dagctl.cli.invocation import current
from dagctl.cli.program import ASKING

Shell = Annotated[
    Literal["bash", "zsh", "fish", "powershell"],
    typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell."),
]
EPILOG = examples(
    'eval "$(dagctl completion bash)"    # in ~/.bashrc',
    'eval "$(dagctl completion zsh)"     # in ~/.zshrc, after compinit',
    "dagctl completion fish > ~/.config/fish/completions/dagctl.fish",
)


def completion(context: typer.Context, shell: Shell) -> None:
    """Print the completion script of a shell."""
    script = get_completion_script(prog_name="dagctl", complete_var=ASKING, shell=shell)
    current(context).console.data(script)
