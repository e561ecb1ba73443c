"""`dagctl help`."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated, Any

import typer

from dagctl.cli.invocation import current
from dagctl.cli.options import examples
from dagctl.cli.topics import TOPICS
from dagctl.errors import NotFoundError

Topic = Annotated[
    str | None, typer.Argument(metavar="TOPIC", help=f"A command, or {', '.join(TOPICS)}.")
]
EPILOG = examples("dagctl help create", *(f"dagctl help {topic}" for topic in TOPICS))


def help_(context: typer.Context, topic: Topic = None) -> None:
    """Explain a command or a topic."""
    current(context).console.data(_page(context, topic))


def _page(context: typer.Context, topic: str | None) -> str:
    root: Any = context.find_root()
    if topic is None:
        return str(root.get_help())
    if topic in TOPICS:
        return TOPICS[topic]
    commands = root.command.commands
    if topic in commands:
        child = typer.Context(commands[topic], info_name=topic, parent=root)
        return str(child.get_help())
    near = get_close_matches(topic, [*commands, *TOPICS], n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"topics: {', '.join(TOPICS)}"
    raise NotFoundError(f"there is no command or topic `{topic}`", hint=hint)
