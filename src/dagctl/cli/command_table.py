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
    summary: str
    """The first line of the function's docstring: the list of commands loads no command."""
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
    CommandEntry("Author", "init", "Make a folder a workspace."),
    CommandEntry("Author", "new", "Write a new spec file from a template."),
    CommandEntry("Author", "templates", "List templates, and bring specs to their newer versions."),
    CommandEntry("Author", "operators", "Search operators, or show what an operator takes."),
    CommandEntry("Author", "schema", "Print the JSON Schema of a spec (draft-07)."),
    CommandEntry("Author", "validate", "Check specs; write nothing."),
    CommandEntry("Author", "render", "Print the DAG file of a spec, and nothing else."),
    CommandEntry("Author", "convert", "Turn Python and other tools' files into specs, or back."),
    CommandEntry("Author", "requirements", "Print what DAGs need of their Airflow, for pip."),
    CommandEntry("Publish", "create", "Create or update DAGs, all or nothing."),
    CommandEntry("Publish", "edit", "Edit the spec of a DAG in your editor, then publish it."),
    CommandEntry("Publish", "adopt", "Put a hand-written DAG file under dagctl."),
    CommandEntry(
        "Publish",
        "mv",
        "Give a DAG another id: file, commit, stored copy and record.",
        module="rename",
    ),
    CommandEntry(
        "Publish", "rm", "Remove DAGs: file, commit, stored copy and record.", module="remove"
    ),
    CommandEntry("Publish", "restore", "Bring removed DAGs back, each as it was."),
    CommandEntry("Publish", "rollback", "Give a DAG the spec of an older version again."),
    CommandEntry("Publish", "export", "Write DAGs with all their versions into an archive."),
    CommandEntry(
        "Publish",
        "import",
        "Restore DAGs and their versions from an archive.",
        module="import_archive",
    ),
    CommandEntry("Publish", "pull", "Bring specs and DAG files here that are missing or outdated."),
    CommandEntry("Publish", "recover", "Finish or undo what a killed run left."),
    CommandEntry(
        "Inspect", "list", "List the DAGs that are recorded, sorted by id.", function="list_dags"
    ),
    CommandEntry("Inspect", "show", "Show a DAG: its schedule in words, its next run, its graph."),
    CommandEntry(
        "Inspect", "history", "Show who made which version of a DAG, when, and what changed."
    ),
    CommandEntry("Inspect", "diff", "Compare two versions of a DAG, or one with a spec file."),
    CommandEntry("Account", "link", "Link the workspace to a Supabase project."),
    CommandEntry("Account", "login", "Sign in to the Supabase project."),
    CommandEntry("Account", "logout", "Sign out, on this device only."),
    CommandEntry("Account", "whoami", "Show who is signed in, as what and until when."),
    CommandEntry("More", "doctor", "Check the setup and the recorded DAGs."),
    CommandEntry("More", "migrations", "Write the SQL of the Supabase backend into a folder."),
    CommandEntry("More", "serve", "Serve the HTTP API (needs the extra `serve`)."),
    CommandEntry("More", "explain", "Explain an error code, with an example and the way out."),
    CommandEntry("More", "completion", "Print the completion script of a shell."),
    CommandEntry("More", "help", "Explain a command or a topic.", function="help_"),
)
"""In the order of the help page."""
VERBS = (
    CommandEntry(
        "Author",
        "templates show",
        "Show a template: its parameters, and a command that uses it.",
        module="templates",
        function="show",
    ),
    CommandEntry(
        "Author",
        "templates outdated",
        "Show which specs are behind their template, and what that changes.",
        module="template_versions",
        function="outdated",
    ),
    CommandEntry(
        "Author",
        "templates upgrade",
        "Bring specs to a newer version of their template.",
        module="template_versions",
        function="upgrade",
    ),
    CommandEntry(
        "Author",
        "templates fetch",
        "Bring templates here: of git repositories, and of the project.",
        module="template_sources",
        function="fetch",
    ),
    CommandEntry(
        "Author",
        "templates share",
        "Give a template to all members of the Supabase project.",
        module="template_sources",
        function="share",
    ),
    CommandEntry(
        "Author",
        "templates unshare",
        "Take a template back from the project; DAGs made of it stay.",
        module="template_sources",
        function="unshare",
    ),
    CommandEntry(
        "Author",
        "operators show",
        "Show what an operator takes, with an example.",
        module="operators",
        function="show",
    ),
    CommandEntry(
        "More",
        "migrations export",
        "Write the SQL of the Supabase backend into a folder.",
        module="migrations",
        function="export",
    ),
)
"""What can be done about a noun, `dagctl NOUN VERB`; the noun alone is a command of `TABLE`."""
COMMANDS = tuple(entry.name for entry in TABLE)


def verbs_of(noun: str) -> dict[str, CommandEntry]:
    """Return the verbs of a noun; none of a command that is no noun."""
    entries = ((*entry.name.partition(" "), entry) for entry in VERBS)
    return {verb: entry for owner, _, verb, entry in entries if owner == noun}
