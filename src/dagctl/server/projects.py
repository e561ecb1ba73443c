"""The projects of a server: where each one's workspace is, made on first use."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dagctl.bootstrap import (
    journal_folder,
    open_backend,
    open_lock,
    start_repository,
    take_over_old_state,
)
from dagctl.client import Client
from dagctl.commands.init import InitChoices, init
from dagctl.commands.schema import schema_text
from dagctl.commands.templates.listing import texts_in
from dagctl.errors import NotAMemberError, UsageError
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.next_step import Command, Fix
from dagctl.server.posted_inputs import EVERY
from dagctl.server.refusals import RequestError
from dagctl.settings import load_settings, read_toml
from dagctl.settings.template_folders import PROJECT
from dagctl.settings.workspace_variables import ENVIRONMENT, read_variables
from dagctl.workspace import Workspace, resolve_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from dagctl.bootstrap import Caller, WorkspaceBackend
    from dagctl.commands.templates.listing import Text
    from dagctl.ports.template_store import SharedTemplate
    from dagctl.server.server_options import ServerOptions
    from dagctl.settings import Settings
    from dagctl.spec.resolution.variables import Variables

WRITERS = frozenset({"owner", "editor"})
MAPPING_HINT = 'a line is "PROJECT_ID" = "FOLDER": the id a UUID, the folder a workspace'
JOURNAL = ".git/dagctl/top/journal"
"""Where the journal of a workspace is that a server has made."""
ASK_FOR_VARIABLE = (
    "ask the operators of the server to set it, in `dagctl.toml` of the project under `[vars]`"
)
MOST_TEXT = 4 * 1024 * 1024
"""Bytes of the templates that are looked at for one request."""
LOCK = ".dagctl-server"
"""The folder below the server's root with the lock for making workspaces."""


class Projects:
    """Opens clients of projects, each for one caller."""

    def __init__(
        self,
        options: ServerOptions,
        environ: Mapping[str, str],
        watch: Callable[[str, Any], Any] | None = None,
    ) -> None:
        self._options = options
        self._environ = environ
        self._watch = watch
        self._journals: dict[Path, Path] = {}

    def open(self, project_id: str, caller: Caller) -> Client:
        """Return a client of the project; close it. Nothing is made, nothing is asked yet.

        Raises:
            UsageError: The workspace's settings are wrong.
        """
        workspace, settings, backend = self._opened(project_id, caller)
        return Client(workspace, settings, backend, serves=True)

    def open_to_change(self, project_id: str, caller: Caller) -> Client:
        """Return a client of the project for a caller who may write in it.

        As it has asked for the role only, one that is not used need not be closed.

        Raises:
            NotAMemberError: The caller is not an owner or editor.
            UsageError: The workspace's settings are wrong.
        """
        client = self.open(project_id, caller)
        if client.role() not in WRITERS:
            raise NotAMemberError(
                f"you are not an owner or editor of the project {project_id}",
                hint="ask an owner of the project to add you as an editor",
            )
        return client

    def make(self, client: Client) -> None:
        """Make the workspace of a client if it is not there.

        Raises:
            UnavailableError: It cannot be made.
        """
        workspace, settings = client.workspace, client.settings
        if workspace.config.is_file():
            return
        # another server at this folder may be at it
        with open_lock(self._options.root, LOCK).lock(wait=settings.lock_timeout):
            if not workspace.config.is_file():
                init(
                    workspace,
                    InitChoices(project_id=settings.project_id, airflow=settings.airflow),
                    schema=schema_text(),
                    start_repository=partial(start_repository, own=True),
                )

    def texts(
        self, project_id: str, caller: Caller, name: str | None, source: str = ""
    ) -> tuple[Text, ...]:
        """Return the templates that may be the one a member means; those of the project last.

        Args:
            project_id: The project.
            caller: Who asks.
            name: The name of the template, or `EVERY`; None: none is meant.
            source: The source that is named with it; empty: any.

        Raises:
            NotAMemberError: The caller is no member.
            UsageError: The workspace's settings are wrong, or the templates are too large.
        """
        workspace, _, backend = self._opened(project_id, caller)
        with closing(backend):
            _check_member(backend.role(), project_id)
            if name is None:
                return ()
            places = Workspace(workspace.root.resolve())
            own = (each for each in texts_in(places) if _may_be(name, each))
            shared: Iterable[SharedTemplate] = ()
            if backend.templates is not None and source in {"", PROJECT}:
                shared = (each for each in backend.templates.all() if name in {EVERY, each.name})
            return tuple(_within_limit(chain(own, map(_text_of, shared))))

    def variables(self, project_id: str, env: str | None) -> Variables:
        """Return the variables that count for the specs of a project.

        Args:
            project_id: The project.
            env: The environment. Default: `DAGCTL_ENV` of the server.

        Raises:
            RequestError: There is no such environment.
            UsageError: The workspace's settings are wrong.
        """
        workspace = self._workspace(project_id)
        variables = read_variables(workspace)
        known = variables.tables
        if env is not None and env not in known:
            hint = did_you_mean(env, known) or f"the project has {', '.join(known) or 'none'}"
            raise RequestError(f"query `env`: there is no environment {quoted(env)}", hint=hint)
        of_server = (
            self._environ.get(ENVIRONMENT) if known else None
        )  # without any: none of that name
        chosen = variables.chosen(env or of_server or None, ENVIRONMENT)
        return replace(chosen, of_request=ASK_FOR_VARIABLE)

    def shown(self, text: str | None) -> str | None:
        """Return a text for callers: where this machine keeps things is none of their business."""
        if text is None:
            return None
        for project_id, folder in self._options.workspaces.items():
            text = text.replace(str(folder), project_id)
        for root in (self._options.root, self._options.root.resolve()):
            text = text.replace(f"{root}/", "")
        return text

    def unfinished(self) -> int:
        """Return how many operations stand in the journals: under way, or left by a dead server."""
        own = (root.resolve() / JOURNAL for root in self._options.root.glob("*"))
        # one may be in both: its operations count once
        folders = {*own, *(self._mapped_journal(r) for r in self._options.workspaces.values())}
        return sum(1 for folder in folders for _ in folder.glob("*.json"))

    def _mapped_journal(self, root: Path) -> Path:
        """Return the journal of a workspace that stands anywhere; git is asked at most once."""
        if (root / ".git").is_dir():
            return root.resolve() / JOURNAL
        if root not in self._journals:
            self._journals[root] = journal_folder(root)
        return self._journals[root]

    def _opened(
        self, project_id: str, caller: Caller
    ) -> tuple[Workspace, Settings, WorkspaceBackend]:
        workspace = self._workspace(project_id)
        take_over_old_state(workspace)
        settings = self._settings(workspace, project_id)
        watched = replace(caller, watch=self._watch)
        return workspace, settings, open_backend(settings, workspace, self._environ, watched)

    def _settings(self, workspace: Workspace, project_id: str) -> Settings:
        overrides = self._overrides(project_id)
        if not workspace.config.is_file():  # it is made by the first change, which writes this
            overrides["airflow"] = self._options.airflow
        return load_settings(workspace, self._environ, overrides)

    def _workspace(self, project_id: str) -> Workspace:
        given = self._options.workspaces.get(project_id)
        return Workspace(given or self._options.root / project_id)

    def _overrides(self, project_id: str) -> dict[str, str]:
        """Return the settings that are the server's to say, whatever a workspace's file has."""
        endpoint = self._options.endpoint
        if endpoint is None:
            return {"project_id": project_id, "backend": "local"}
        return {
            "project_id": project_id,
            "backend": "supabase",
            "supabase_url": endpoint.url,
            "supabase_key": endpoint.publishable_key,
            "supabase_bucket": self._options.bucket,
        }


def _check_member(role: str | None, project_id: str) -> None:
    """Check that variables and templates are shown to a member.

    Raises:
        NotAMemberError: The caller is none.
    """
    if role is None:
        raise NotAMemberError(
            f"you are not a member of the project {project_id}",
            hint="ask an owner of the project to add you",
        )


def _within_limit(texts: Iterable[Text]) -> Iterator[Text]:
    """Yield the texts.

    Raises:
        UsageError: They are too large together.
    """
    size = 0
    for each in texts:
        size += len(each[2]) if isinstance(each[2], str | bytes) else 0
        if size > MOST_TEXT:
            message = f"its templates have more than {MOST_TEXT:,} bytes together"
            raise UsageError(message, hint="remove versions that no spec uses")
        yield each


def _may_be(name: str, text: Text) -> bool:
    """Return whether a text may be the template of this name, or says why there is none."""
    if isinstance(text[2], str):
        return name in text[2]
    return not isinstance(text[2], bytes) or name.encode() in text[2]


def _text_of(shared: SharedTemplate) -> Text:
    path = f"{PROJECT}/{shared.name}@{shared.version}.yaml"
    return PROJECT, path, shared.text.encode()


def mapped_workspaces(file: Path) -> dict[str, Path]:
    """Return the workspaces that a TOML file names: `"<project id>" = "<folder>"`, one a line.

    Folders are relative to the file's.

    Raises:
        UsageError: The file cannot be read, or a folder is not the workspace of its project, or a
            project has two.
    """
    try:
        _, entries = read_toml(file, str(file))
    except FileNotFoundError as error:
        raise UsageError(f"there is no file {file}", hint=MAPPING_HINT) from error
    workspaces: dict[str, Path] = {}
    for project, folder in entries.items():
        project_id, root = _mapped(file, project, folder)
        if project_id in workspaces:
            raise UsageError(f"{file}: {project_id} is in it twice", hint="write it once")
        workspaces[project_id] = root
    return workspaces


def _mapped(file: Path, project: str, folder: object) -> tuple[str, Path]:
    try:
        project_id = str(UUID(project))
    except ValueError as error:
        raise UsageError(
            f'{file}: "{project}" is not a project id (UUID)', hint=MAPPING_HINT
        ) from error
    if not isinstance(folder, str):
        raise UsageError(f"{file}: the folder of {project} must be text", hint=MAPPING_HINT)
    workspace = Workspace(resolve_folder(file.absolute().parent / folder))
    if not workspace.config.is_file():
        raise UsageError(
            f"{file}: {workspace.root} is not a workspace",
            hint=Fix(Command("init", str(workspace.root))),
        )
    there = load_settings(workspace, {}, {}).project_id
    if there != project_id:
        raise UsageError(
            f"{file}: {workspace.root} is the workspace of project {there}",
            hint="map that project to it, or set project_id in its dagctl.toml",
        )
    return project_id, workspace.root
