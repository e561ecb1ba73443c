"""The codes of dagctl's exceptions."""

from dagctl.explanations.explanation import Explanation
from dagctl.findings.codes import Code

RECORDED = {
    Code.NEVER_COMMITTED: Explanation(
        "A spec takes back a change that was probably never committed as a spec",
        "Another clone has published the DAG, and git seems to have no spec that gives what was "
        "published. So the spec here is older, and would undo that change. Where dagctl is sure, "
        "it refuses (CONFLICT). It is not sure where defaults, variables or `dagctl.toml` may have "
        "made the difference: then this is a warning, and with --strict the same refusal.",
        fix="`dagctl diff ID --spec FILE` shows the change. Get the newer spec with `git pull` or "
        "`dagctl pull ID`, or go on with `--force`. Runs with `--var` that are set back on purpose "
        "can silence it: `ignore` under `[checks]` in `dagctl.toml`.",
    ),
}
"""What a spec would do to a DAG that is recorded."""
FAILURES = {
    "DAGCTL": Explanation(
        "A failure",
        "The base of all of dagctl's errors; scripts get one of the more specific ones.",
        fix="Read the message; its `fix` line gives the next step.",
    ),
    "BUG": Explanation(
        "A bug in dagctl",
        "An unexpected error, at any point. If an operation was in progress, the next command "
        "finishes or undoes it.",
        fix="Run `dagctl recover`, then report the bug with the spec and the output of `--debug`.",
    ),
    "USAGE": Explanation(
        "A wrong argument or environment",
        "An argument is unknown or not allowed, or the command lacks something it needs: a "
        "workspace, a git repository, a name and email for commits.",
        "dagctl create",
        "dagctl create specs/report.yaml",
        "`dagctl COMMAND --help` shows the arguments with examples.",
    ),
    "SPEC_INVALID": Explanation(
        "A spec has errors",
        "At least one spec has errors; each is shown with its own code. Nothing was written for "
        "any spec.",
        fix="Correct the errors, or use `--keep-going` to process the valid specs.",
    ),
    "ARCHIVE_INVALID": Explanation(
        "The archive is damaged, or is none of dagctl's",
        "A zip that `dagctl import` was given is cut off, was changed, holds more than an archive "
        "may, or was not written by `dagctl export`. Nothing was changed.",
        "dagctl import photos.zip",
        "dagctl import dags.zip",
        "Take another copy of the archive, or export the DAGs again.",
    ),
    "NOT_SIGNED_IN": Explanation(
        "Not signed in",
        "There is no session for this project's URL, it has ended, or the credentials were "
        "refused. A session that has only expired renews itself.",
        fix="`dagctl login`. In CI: set DAGCTL_SUPABASE_URL, and DAGCTL_EMAIL with "
        "DAGCTL_PASSWORD or DAGCTL_ACCESS_TOKEN.",
    ),
    "NOT_A_MEMBER": Explanation(
        "Not a member of the project",
        "You are signed in, but you are not a member of the project, or your role does not allow "
        "this: creating DAGs requires the role editor or owner.",
        fix="Ask an owner of the project to add you; `dagctl whoami --check` shows your role.",
    ),
    "NOT_FOUND": Explanation(
        "Not found",
        "No DAG with that id is recorded for this project, or you are not allowed to see it.",
        "dagctl show reprot",
        "dagctl show report",
        "`dagctl list` shows the DAGs that exist.",
    ),
    "CONFLICT": Explanation(
        "Something is in the way",
        "A name or a path is taken, a DAG file was edited by hand, a hook rejected the commit, or"
        " another process holds a lock. Nothing was changed.",
        fix="Read the message; `--force` overwrites a manual edit, `--if-exists` says what to do "
        "about a taken name.",
    ),
    "KEY_REUSED": Explanation(
        "The idempotency key was used for other specs",
        "A call with the same `key` was made in this project in the last 30 days, with different "
        "specs. Its result would not answer this call. Nothing was changed.",
        fix="Use a new key for a new request; reuse a key only to repeat a request with the same "
        "specs.",
    ),
    "UNAVAILABLE": Explanation(
        "Something dagctl depends on is unavailable",
        "A disk is full, a folder is not writable, or a service is down. Nothing was changed.",
        fix="Remove the cause and run the same command again.",
    ),
    "UNFINISHED": Explanation(
        "An operation stopped halfway",
        "It could not be finished or undone right now. The journal records what is left to do.",
        fix="Remove the cause, then run `dagctl recover`.",
    ),
    "INTERRUPTED": Explanation(
        "The run was interrupted",
        "Ctrl-C, SIGTERM or SIGHUP. The operation in progress was undone, or the message says that "
        "it was not.",
        fix="Run the same command again.",
    ),
}
