"""The codes of dagctl's exceptions."""

from dagctl.catalogue.entry import Entry

FAILURES = {
    "DAGCTL": Entry(
        "A failure",
        "The root of dagctl's failures; scripts meet one of its more exact kinds.",
        "",
        "",
        "Read the message; the line `fix` names the next step.",
    ),
    "BUG": Entry(
        "A bug in dagctl",
        "Something failed that dagctl did not foresee. It may have stopped at any point: the next "
        "command finishes or undoes what was under way.",
        "",
        "",
        "Run `dagctl recover`, then report the bug with the spec and the output of `--debug`.",
    ),
    "USAGE": Entry(
        "A wrong argument or surrounding",
        "An argument is not known or not allowed, or the command lacks what it needs: a "
        "workspace, a git repository, a name and address for commits.",
        "dagctl create",
        "dagctl create specs/report.yaml",
        "`dagctl COMMAND --help` shows the arguments with examples.",
    ),
    "SPEC_INVALID": Entry(
        "A spec has errors",
        "At least one spec has errors; each is shown with its own code. Nothing was written, for "
        "any spec.",
        "",
        "",
        "Mend the errors, or let the good specs pass with `--keep-going`.",
    ),
    "NOT_SIGNED_IN": Entry(
        "Not signed in",
        "There is no session for this project's URL, it has ended, or the credentials were "
        "refused. A session that has merely run out renews itself.",
        "",
        "",
        "`dagctl login`. In CI: set DAGCTL_EMAIL and DAGCTL_PASSWORD, or DAGCTL_ACCESS_TOKEN.",
    ),
    "NOT_A_MEMBER": Entry(
        "Not a member of the project",
        "You are signed in, but you are no member of the project, or your role does not allow "
        "this: creating DAGs needs the role editor or owner.",
        "",
        "",
        "Ask an owner of the project to add you; `dagctl whoami --check` shows your role.",
    ),
    "NOT_FOUND": Entry(
        "Nothing of that name",
        "No DAG of that id is recorded for this project, or you may not see it.",
        "dagctl show reprot",
        "dagctl show report",
        "`dagctl list` shows what there is.",
    ),
    "CONFLICT": Entry(
        "The world is not as it has to be",
        "A name or a path is taken, a DAG file was changed by hand, a hook refused the commit, or "
        "another process holds a lock. Nothing was changed.",
        "",
        "",
        "Read the message; `--force` overrules a change by hand, `--if-exists` says what a taken "
        "name means.",
    ),
    "KEY_REUSED": Entry(
        "The idempotency key stands for other specs",
        "A call with the same `key` was made in this project in the last 30 days, with other "
        "specs. Its result would be no answer to this call. Nothing was changed.",
        "",
        "",
        "A new key for a new request; the same key only to repeat one, with the same specs.",
    ),
    "UNAVAILABLE": Entry(
        "Something outside does not answer",
        "A disk is full, a folder cannot be written, or a service is down. Everything is as "
        "before.",
        "",
        "",
        "Remove the cause and run the same command again.",
    ),
    "UNFINISHED": Entry(
        "An operation stopped half way",
        "It could neither be finished nor undone just now. The journal keeps what is left to do.",
        "",
        "",
        "Remove the cause, then run `dagctl recover`.",
    ),
    "INTERRUPTED": Entry(
        "The run was asked to stop",
        "Ctrl-C, or SIGTERM. What was under way was undone, or the message says that it is not.",
        "",
        "",
        "Run the same command again.",
    ),
}
