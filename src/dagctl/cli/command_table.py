"""The commands: their names, their headings on the help page, and where each is written."""

from __future__ import annotations

from typing import Literal

from dagctl.frozen import frozen

Heading = Literal["Author", "Publish", "Inspect", "Account", "More"]


@frozen
class CommandEntry:
    """A command: `dagctl NAME` is a function of a module of `dagctl.cli`."""

    heading: Heading
    name: str
    module: str = ""
    """The module's name, where it is not the command's."""
    function: str = ""
    """The function's name, where it is not the module's."""

    @property
    def module_name(self) -> str:
        """The full name of the module."""
        return f"dagctl.cli.{self.module or self.name}"

    @property
    def function_name(self) -> str:
        """The name of the function in that module."""
        return self.function or self.module or self.name

    @property
    def examples_name(self) -> str:
        """The name of the examples in that module."""
        return f"{self.function_name.upper()}_EXAMPLES" if " " in self.name else "EPILOG"


TABLE = (
    CommandEntry("Author", "init"),
    CommandEntry("Author", "new"),
    CommandEntry("Author", "templates"),
    CommandEntry("Author", "operators"),
    CommandEntry("Author", "schema"),
    CommandEntry("Author", "validate"),
    CommandEntry("Author", "render"),
    CommandEntry("Author", "convert"),
    CommandEntry("Author", "requirements"),
    CommandEntry("Publish", "create"),
    CommandEntry("Publish", "edit"),
    CommandEntry("Publish", "adopt"),
    CommandEntry("Publish", "mv", "rename"),
    CommandEntry("Publish", "rm", "remove"),
    CommandEntry("Publish", "restore"),
    CommandEntry("Publish", "rollback"),
    CommandEntry("Publish", "export"),
    CommandEntry("Publish", "import", "import_archive"),
    CommandEntry("Publish", "pull"),
    CommandEntry("Publish", "recover"),
    CommandEntry("Inspect", "list", function="list_dags"),
    CommandEntry("Inspect", "show"),
    CommandEntry("Inspect", "history"),
    CommandEntry("Inspect", "diff"),
    CommandEntry("Account", "link"),
    CommandEntry("Account", "login"),
    CommandEntry("Account", "logout"),
    CommandEntry("Account", "whoami"),
    CommandEntry("More", "doctor"),
    CommandEntry("More", "migrations"),
    CommandEntry("More", "serve"),
    CommandEntry("More", "explain"),
    CommandEntry("More", "completion"),
    CommandEntry("More", "help", function="help_"),
)
"""In the order of the help page."""
VERBS = (
    CommandEntry("Author", "templates show", "templates", "show"),
    CommandEntry("Author", "templates outdated", "template_versions", "outdated"),
    CommandEntry("Author", "templates upgrade", "template_versions", "upgrade"),
    CommandEntry("Author", "templates fetch", "template_sources", "fetch"),
    CommandEntry("Author", "templates share", "template_sources", "share"),
    CommandEntry("Author", "templates unshare", "template_sources", "unshare"),
    CommandEntry("Author", "operators show", "operators", "show"),
    CommandEntry("More", "migrations export", "migrations", "export"),
)
"""What can be done about a noun, `dagctl NOUN VERB`; the noun alone is a command of `TABLE`."""
COMMANDS = tuple(entry.name for entry in TABLE)


def verbs_of(noun: str) -> dict[str, CommandEntry]:
    """Return the verbs of a noun; none of a command that is no noun."""
    entries = ((*entry.name.partition(" "), entry) for entry in VERBS)
    return {verb: entry for owner, _, verb, entry in entries if owner == noun}
