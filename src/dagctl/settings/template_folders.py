"""Where templates come from besides the workspace: `[templates.NAME]` in `dagctl.toml`.

Each table names a git repository with the commit that is used of it, or a folder of the workspace.
Nothing is fetched because a file says so: `dagctl templates fetch` does that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import UsageError
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.frozen import frozen
from dagctl.paths import is_path
from dagctl.patterns import lazy_pattern
from dagctl.settings.setting_sources import TomlFile, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.workspace import Workspace

TABLE = "templates"
PROJECT = "project"
"""The source of the templates that a Supabase project shares."""
OWN_NAMES = ("workspace", "gallery", PROJECT)
"""Sources that are there without a table."""
MOST = 20
"""Sources that a file may name."""
_KEYS = ("git", "ref", "commit", "folder")
_NAME = lazy_pattern(r"[a-z]{1,20}")
_COMMIT = lazy_pattern(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REF = lazy_pattern(r"[A-Za-z0-9](?:[A-Za-z0-9_/-]|\.(?!\.)){0,199}")
_HOST = r"[A-Za-z0-9][A-Za-z0-9.-]{0,253}"
_ADDRESSES = (
    lazy_pattern(rf"https://{_HOST}(?::[0-9]{{1,5}})?/[!-~]{{1,500}}"),
    lazy_pattern(rf"ssh://(?:[A-Za-z0-9_.]{{1,64}}@)?{_HOST}(?::[0-9]{{1,5}})?/[!-~]{{1,500}}"),
    lazy_pattern(rf"[A-Za-z0-9_.]{{1,64}}@{_HOST}:[A-Za-z0-9_./~][!-~]{{0,500}}"),
    lazy_pattern(r"file:///[!-~]{1,500}"),
)
"""What git may be given; neither an option nor a transport that runs a program is among them."""
_FORM = 'write: git = "https://host/team/templates.git" and commit = "<40 hex digits>"'


@frozen(kw_only=True)
class TemplateSource:
    """A place that templates come from."""

    name: str
    git: str | None
    """The address of a repository; None: the templates are in a folder of the workspace."""
    ref: str | None
    """The branch or tag that the commit is of, for a person to move it along."""
    commit: str | None
    """The commit that is used; None: it is not chosen yet."""
    folder: str
    """The folder with the templates, without a `/` at its end; empty: the top."""
    origin: str
    """`dagctl.toml:3`."""


def load_template_sources(workspace: Workspace) -> tuple[TemplateSource, ...]:
    """Return the sources that `dagctl.toml` names, in its order.

    Raises:
        UsageError: The file cannot be read, or a table is wrong.
    """
    name = workspace.config.name
    try:
        text, document = read_toml(workspace.config, name)
    except FileNotFoundError:
        return ()
    file, tables = TomlFile(name, text), document.get(TABLE, {})
    if not isinstance(tables, dict) or len(tables) > MOST:
        message = f"{file.origin(TABLE)}: `{TABLE}` must be a table of at most {MOST} sources"
        raise UsageError(message, hint=f"write: [{TABLE}.platform]")
    return tuple(_source(file, each, table) for each, table in tables.items())


def _source(file: TomlFile, name: str, table: object) -> TemplateSource:
    where = file.origin(f"{TABLE}.{name}")
    if not _NAME.fullmatch(name) or name in OWN_NAMES:
        message = f"{where}: {quoted(name)} cannot be the name of a source of templates"
        raise UsageError(message, hint=f"use small letters; not {', '.join(OWN_NAMES)}")
    if not isinstance(table, dict):
        message = f"{where}: `{TABLE}.{name}` must be a table"
        raise UsageError(message, hint=f"write: [{TABLE}.{name}]")
    for key, value in table.items():
        if key not in _KEYS or not isinstance(value, str):
            at = file.origin(key, f"{TABLE}.{name}")
            hint = did_you_mean(key, _KEYS) or f"its keys are {', '.join(_KEYS)}, all in quotes"
            raise UsageError(f"{at}: {quoted(key)} is wrong in a source of templates", hint=hint)
    return _checked(where, name, table)


def _checked(where: str, name: str, table: Mapping[str, str]) -> TemplateSource:
    folder = table.get("folder", "").strip("/")
    if folder and not is_path(folder):
        message = f"{where}: `folder` must be a relative path below one folder"
        raise UsageError(message, hint='such as folder = "templates"')
    if "git" in table:
        _check_git(where, table)
    elif not folder or table.keys() & {"ref", "commit"}:
        raise UsageError(f"{where}: `git` is missing, or a lone `folder`", hint=_FORM)
    return TemplateSource(
        name=name,
        git=table.get("git"),
        ref=table.get("ref"),
        commit=table.get("commit"),
        folder=folder,
        origin=where,
    )


def _check_git(where: str, table: Mapping[str, str]) -> None:
    address = table["git"]
    if not any(form.fullmatch(address) for form in _ADDRESSES):
        message = f"{where}: `git` must be an address of https, ssh or file, without a password"
        raise UsageError(message, hint=_FORM)
    if "commit" in table and not _COMMIT.fullmatch(table["commit"]):
        message = f"{where}: `commit` must be the whole id of a commit, in small letters"
        raise UsageError(message, hint="dagctl templates fetch shows that of `ref`")
    if "ref" in table and not _REF.fullmatch(table["ref"]):
        message = f"{where}: `ref` must be the name of a branch or a tag"
        raise UsageError(message, hint='such as ref = "main"')
    if "commit" not in table and "ref" not in table:
        raise UsageError(f"{where}: `commit` is missing", hint=_FORM)
