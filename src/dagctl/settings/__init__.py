"""Where values come from, and from where each one came.

In rising order: defaults, the user's file, `dagctl.toml`, `DAGCTL_*` variables, flags.
"""

from __future__ import annotations

from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import platformdirs

from dagctl.errors import UsageError
from dagctl.frozen import frozen
from dagctl.next_step import LINK, Fix
from dagctl.settings.setting_checks import CHECKS
from dagctl.settings.setting_sources import from_environment, from_file, from_flags, read_toml
from dagctl.settings.workspace_variables import load_variables
from dagctl.spec.strictness import Checks
from dagctl.target import with_providers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dagctl.endpoint import Endpoint
    from dagctl.settings.setting_checks import SourcedValue
    from dagctl.workspace import Workspace

__all__ = [
    "CHECKS",
    "HOW_TO_LINK",
    "ForSpecs",
    "NotLinkedError",
    "Remote",
    "Settings",
    "check_flag",
    "check_settings",
    "load_for_specs",
    "load_remote",
    "load_settings",
    "load_variables",
    "project_of",
    "read_toml",
    "user_file",
]


class NotLinkedError(UsageError):
    """No Supabase project is set."""


HOW_TO_LINK = Fix(LINK, " --url URL --key KEY, or set DAGCTL_SUPABASE_URL and DAGCTL_SUPABASE_KEY")
"""What to do where no Supabase project is set."""


@frozen(kw_only=True)
class Settings:
    """What a workspace is set to."""

    project_id: str
    """The UUID that every DAG of the workspace is recorded under, in its canonical text form."""
    dags_folder: str = "dags"
    """Where DAG files go: relative to the workspace root, with `/`."""
    airflow: str = "3"
    """The Airflow that DAG files are written for: `"2"` (2.9 to 2.11), `"3"` (3.0 on), or one
    version such as `"3.1"`."""
    providers: Mapping[str, str] = field(default_factory=dict)
    """The versions of providers that the DAGs run with, by short name: `{"amazon": "9.4.0"}`."""
    backend: Literal["local", "supabase"] = "local"
    """Where DAGs are recorded and stored."""
    git_remote: str = "origin"
    """The git remote that commits are pushed to, if they are."""
    push: Literal["never", "always"] = "never"
    """Whether commits are pushed."""
    push_timeout: float = 120.0
    """How many seconds one fetch or push may take."""
    publish_from: tuple[str, ...] = ()
    """The branches from which DAGs may be published; empty: all."""
    supabase_url: str | None = None
    """The Supabase project: scheme and host."""
    supabase_key: str | None = None
    """Its publishable key."""
    supabase_bucket: str = "dags"
    """Its bucket for DAG files."""
    lock_timeout: float = 60.0
    """How many seconds to wait for another dagctl in the same workspace."""
    strict: bool = False
    """Whether warnings about specs are errors."""
    ignore: tuple[str, ...] = ()
    """The codes of warnings about specs that are left out."""
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Where each value comes from: `default`, `dagctl.toml:3`, `DAGCTL_AIRFLOW`, `--airflow`."""

    @property
    def project_url(self) -> str | None:
        """The Supabase project where DAGs are recorded; None: they are recorded here."""
        return self.supabase_url if self.backend == "supabase" else None

    @property
    def target(self) -> str:
        """The Airflow that DAG files are written for, with the versions of providers."""
        return with_providers(self.airflow, self.providers)

    @property
    def checks(self) -> Checks:
        """How findings about specs are taken."""
        return Checks(strict=self.strict, ignored=frozenset(self.ignore), airflow=self.target)

    @property
    def endpoint(self) -> Endpoint:
        """The Supabase project.

        Raises:
            UsageError: None is set.
        """
        origin = self.origins.get("supabase_url", "")
        return _endpoint(self.supabase_url, self.supabase_key, origin)


class Remote(NamedTuple):
    """The Supabase project to sign in to, and the project whose role is of interest."""

    endpoint: Endpoint
    project_id: str | None
    bucket: str = "dags"


class ForSpecs(NamedTuple):
    """What counts where a spec is only checked or rendered, for which no project need be set."""

    strict: bool = False
    ignore: tuple[str, ...] = ()
    airflow: str = "3"
    providers: Mapping[str, str] = MappingProxyType({})
    dags_folder: str = "dags"

    def target(self, airflow: str | None = None) -> str:
        """Return the Airflow that is given, else the one that is set, with the providers."""
        return with_providers(airflow or self.airflow, self.providers)


def load_for_specs(workspace: Workspace, environ: Mapping[str, str]) -> ForSpecs:
    """Return the settings of `workspace` that a check of a spec needs.

    Raises:
        UsageError: A file cannot be read, a key is unknown, a value is wrong.
    """
    given = _given(workspace, environ)
    return ForSpecs(**_checked({key: given[key] for key in ForSpecs._fields if key in given}))


def check_settings(workspace: Workspace, environ: Mapping[str, str]) -> None:
    """Check every setting that is given, whether a project is or not.

    Raises:
        UsageError: A file cannot be read, a key is unknown, a value is wrong.
    """
    from dagctl.settings.template_folders import load_template_sources

    _checked(_given(workspace, environ))
    load_variables(workspace, environ)
    load_template_sources(workspace)


def load_settings(
    workspace: Workspace, environ: Mapping[str, str], overrides: Mapping[str, str]
) -> Settings:
    """Return the settings of `workspace`; `overrides` are what flags say, by the name of the key.

    Raises:
        UsageError: A file cannot be read, a key is unknown, a value is wrong or missing.
    """
    given = _given(workspace, environ) | from_flags(overrides)
    if "project_id" not in given:
        raise UsageError(
            f"{workspace.config.name} has no project_id",
            hint='write `project_id = "<UUID>"` into it, or set DAGCTL_PROJECT_ID',
        )
    values = _checked(given)
    origins = {key: given[key].origin if key in given else "default" for key in CHECKS}
    return Settings(**values, origins=origins)


def load_remote(workspace: Workspace | None, environ: Mapping[str, str]) -> Remote:
    """Return the Supabase project that is set, for which there need be no workspace.

    Raises:
        UsageError: None is set, a file cannot be read, a key is unknown, a value is wrong.
    """
    given = _given(workspace, environ)
    values = _checked(given)
    origin = given["supabase_url"].origin if "supabase_url" in given else ""
    endpoint = _endpoint(values.get("supabase_url"), values.get("supabase_key"), origin)
    return Remote(endpoint, values.get("project_id"), values.get("supabase_bucket", "dags"))


def project_of(workspace: Workspace, environ: Mapping[str, str]) -> str | None:
    """Return the project that a workspace is set to; None: none is set.

    Raises:
        UsageError: A file cannot be read, a key is unknown, or the id is none.
    """
    given = _given(workspace, environ)
    return str(CHECKS["project_id"](given["project_id"])) if "project_id" in given else None


def check_flag(key: str, text: str) -> str:
    """Return the value of a flag that becomes a setting, in its canonical form.

    Raises:
        UsageError: The value is wrong.
    """
    return str(CHECKS[key](from_flags({key: text})[key]))


def user_file() -> Path:
    """Return where the user's own settings may stand, for all workspaces."""
    return platformdirs.user_config_path("dagctl") / "config.toml"


def _given(workspace: Workspace | None, environ: Mapping[str, str]) -> dict[str, SourcedValue]:
    """Return what files and the environment say."""
    config = {}
    if workspace is not None:
        config = from_file(workspace.config, workspace.config.name, of_workspace=True)
    return {**from_file(user_file()), **config, **from_environment(environ)}


def _checked(given: Mapping[str, SourcedValue]) -> dict[str, Any]:
    return {key: CHECKS[key](value) for key, value in given.items()}


def _endpoint(url: str | None, key: str | None, url_origin: str) -> Endpoint:
    from dagctl.endpoint import Endpoint

    if url is None or key is None:
        raise NotLinkedError(
            f"no {'url' if url is None else 'publishable_key'} of a Supabase project is set",
            hint=HOW_TO_LINK,
        )
    return Endpoint(url, key, url_origin)
