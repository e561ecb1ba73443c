"""The commands: their names, their headings on the help page, and where each is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Heading = Literal["Author", "Publish", "Inspect", "Account", "More"]


@dataclass(frozen=True)
class Entry:
    """A command: `dagctl NAME` is a function of a module of `dagctl.cli`."""

    heading: Heading
    name: str
    module: str = ""
    """The module's name, where it is not the command's."""
    function: str = ""
    """The function's name, where it is not the module's."""

    @property
    def module_name(self) -> str:
        """The full name of the module; it has the command's examples as `EPILOG`."""
        return f"dagctl.cli.{self.module or self.name}"

    @property
    def function_name(self) -> str:
        """The name of the function in that module."""
        return self.function or self.module or self.name


TABLE = (
    Entry("Author", "init"),
    Entry("Author", "new"),
    Entry("Author", "templates"),
    Entry("Author", "operators"),
    Entry("Author", "schema"),
    Entry("Author", "validate"),
    Entry("Author", "render"),
    Entry("Author", "convert"),
    Entry("Author", "requirements"),
    Entry("Publish", "create"),
    Entry("Publish", "edit"),
    Entry("Publish", "adopt"),
    Entry("Publish", "mv", "rename"),
    Entry("Publish", "rm", "remove"),
    Entry("Publish", "restore"),
    Entry("Publish", "rollback"),
    Entry("Publish", "export"),
    Entry("Publish", "import", "import_archive"),
    Entry("Publish", "pull"),
    Entry("Publish", "recover"),
    Entry("Inspect", "list", function="list_dags"),
    Entry("Inspect", "show"),
    Entry("Inspect", "history"),
    Entry("Inspect", "diff"),
    Entry("Account", "link"),
    Entry("Account", "login"),
    Entry("Account", "logout"),
    Entry("Account", "whoami"),
    Entry("More", "doctor"),
    Entry("More", "migrations"),
    Entry("More", "serve"),
    Entry("More", "explain"),
    Entry("More", "completion"),
    Entry("More", "help", function="help_"),
)
"""In the order of the help page."""
COMMANDS = tuple(entry.name for entry in TABLE)
