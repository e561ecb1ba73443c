"""What `dagctl help TOPIC` says."""

from __future__ import annotations

from dagctl.errors import ExitCode

MEANINGS = {
    ExitCode.OK: "done, or nothing to do",
    ExitCode.BUG: "an unexpected failure in dagctl; --debug shows where",
    ExitCode.USAGE: "a wrong option or argument, no workspace, no git identity",
    ExitCode.INVALID: "a spec has errors; nothing was written",
    ExitCode.NOT_SIGNED_IN: "no session, or an expired one",
    ExitCode.NOT_A_MEMBER: "you are not a member of the project",
    ExitCode.NOT_FOUND: "no such DAG, file or error code",
    ExitCode.CONFLICT: "a name, path, version or lock is in the way, or a file was changed by hand",
    ExitCode.CHANGES: "changes are pending, where --exit-code asks for that",
    ExitCode.UNAVAILABLE: "something outside is down, full or not writable; try again",
    ExitCode.UNFINISHED: "an operation stopped half way, or its result was lost: dagctl recover",
    ExitCode.INTERRUPTED: "Ctrl-C or SIGTERM; the message says what state things are in",
}

ENVIRONMENT = """\
Environment variables

Settings. They overrule dagctl.toml, and that overrules the user's config.toml:
  DAGCTL_PROJECT_ID     the project (a UUID)
  DAGCTL_DAGS_FOLDER    where DAG files go, relative to the workspace
  DAGCTL_AIRFLOW        the Airflow to write for: 2, 3 or a version such as 3.1
  DAGCTL_PROVIDERS      versions of its providers: amazon=9.4.0,http=5.0.0
  DAGCTL_BACKEND        where DAGs are recorded and stored: local or supabase
  DAGCTL_LOCK_TIMEOUT   seconds to wait for another dagctl in the workspace
  DAGCTL_GIT_REMOTE     the git remote that commits are pushed to, by its name
  DAGCTL_PUSH           whether they are: never or always
  DAGCTL_PUSH_TIMEOUT   seconds that one fetch or push may take
  DAGCTL_PUBLISH_FROM   the branches that DAGs may be published from, with commas between them
  DAGCTL_SUPABASE_URL   the Supabase project, as https://abc.supabase.co
  DAGCTL_SUPABASE_KEY   its publishable key, never a secret one
  DAGCTL_SUPABASE_BUCKET  its bucket for DAG files
  DAGCTL_STRICT         warnings about specs are errors: true or false
  DAGCTL_ENV            the environment of dagctl.toml whose variables count, as --env
  DAGCTL_IGNORE         codes of warnings that are left out, with commas between them

Signing in, in CI. They win over what dagctl login has stored, and need DAGCTL_SUPABASE_URL beside
them: they are never sent to a URL from dagctl.toml:
  DAGCTL_ACCESS_TOKEN   a user's token; it is not renewed: for short jobs
  DAGCTL_EMAIL          with DAGCTL_PASSWORD: a user who is signed in when the run starts
  DAGCTL_PASSWORD       and signed out when it ends
  DAGCTL_PROFILE        which of several stored sessions for one URL

dagctl serve reads DAGCTL_SUPABASE_*, for all of its projects, and no variable for signing in: every
call brings its own token and project.

Output:
  NO_COLOR              no colour, if it is set and not empty
  CLICOLOR_FORCE        colour in files and pipes too, if it is set and not 0
  TERM=dumb             no colour, no progress bar
  COLUMNS               how wide lines may be

Of git's variables only those that name the author, the committer and the configuration files are
passed on."""

OUTPUT = """\
Output

Data goes to standard output, everything else to standard error.

  text      for people; `list` is a table on a terminal, and in a pipe all DAGs, tab-separated
  json      exactly one JSON document, in success and in failure
  name      list: the ids only
  concise   validate: one line a finding, file:line:column: CODE message
  github    validate: annotations in a pull request
  sarif     validate: SARIF 2.1.0 for code scanning
  mermaid   show: the graph as Mermaid
  dot       show: the graph for Graphviz

The JSON document has schema_version, command, ok, result, diagnostics and error. Times are RFC 3339
in UTC and whole seconds, lines and columns count from 1, columns in characters."""

SPEC = """\
A spec is one YAML or JSON document; one spec is one DAG.

  dag_name: Daily report             # required; the id is made from it: daily_report
  description: What was sold
  schedule_interval: "0 6 * * *"     # five fields or a preset such as "@daily"; null: by hand
  owner: data-team
  tags: [reporting]
  start_date: 2024-01-01T00:00:00Z
  retries: 1
  retry_delay_minutes: 5
  tasks:
    - task_id: fetch
      task_type: python
      python_code: |                 # a body with return, or exactly one def
        return {"users": 1000}
    - task_id: report
      task_type: bash
      bash_command: echo "report for {{ ds }}"
      dependencies: [fetch]

`dagctl schema` prints every field; `dagctl validate` checks a spec."""


def exit_codes() -> str:
    """Return the page of the exit codes."""
    rows = (f"  {int(code):>3}  {code.name.lower():<14} {MEANINGS[code]}" for code in ExitCode)
    return "\n".join(("Exit codes", "", *rows))


TOPICS = {
    "exit-codes": exit_codes(),
    "environment": ENVIRONMENT,
    "output": OUTPUT,
    "spec": SPEC,
}
"""The pages by name."""
