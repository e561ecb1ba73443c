"""`dagctl help`."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated, Any

import typer

from dagctl.cli.arguments.grouping import verb_named
from dagctl.cli.arguments.options import examples
from dagctl.cli.arguments.topics import TOPICS
from dagctl.cli.command_table import VERBS
from dagctl.cli.invocation import current
from dagctl.errors import NotFoundError

Topic = Annotated[
    list[str] | None, typer.Argument(metavar="TOPIC", help=f"A command, or {', '.join(TOPICS)}.")
]
EPILOG = examples("dagctl help create", *(f"dagctl help {topic}" for topic in TOPICS))


def help_(context: typer.Context, topic: Topic = None) -> None:
    """Explain a command or a topic."""
    current(context).console.data(_page(context, " ".join(topic or ())))


def _page(context: typer.Context, topic: str) -> str:
    root: Any = context.find_root()
    if not topic:
        return str(root.get_help())
    if topic in TOPICS:
        return TOPICS[topic]
    commands = root.command.commands
    command = commands[topic] if topic in commands else verb_named(topic)
    if command is not None:
        return str(typer.Context(command, info_name=topic, parent=root).get_help())
    verbs = (entry.name for entry in VERBS)
    near = get_close_matches(topic, [*commands, *verbs, *TOPICS], n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"topics: {', '.join(TOPICS)}"
    raise NotFoundError(f"there is no command or topic `{topic}`", hint=hint)
