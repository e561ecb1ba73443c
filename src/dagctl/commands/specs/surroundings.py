"""What specs are resolved with: the files with defaults above them, and the variables.

One object serves one command: each file is read once, however many specs it is for.
"""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.commands.files.spec_files import read_below, workspace_files
from dagctl.errors import ConflictError, UsageError
from dagctl.next_step import again
from dagctl.settings import load_variables
from dagctl.spec.load import check_defaults, check_spec
from dagctl.spec.resolution import DEFAULTS
from dagctl.spec.resolution.around import Around
from dagctl.text.lines import MAX_BYTES
from dagctl.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from dagctl.commands.templates.listing import LinkedTemplate, TemplateReader
    from dagctl.errors import Diagnostic
    from dagctl.findings.problem import Problem
    from dagctl.spec.model import DagSpec
    from dagctl.spec.resolution.defaults import Defaults
    from dagctl.spec.resolution.variables import Variables

MOST_LEVELS = 64
"""Folders between the workspace and a spec that are looked into."""


class Surroundings:
    """Reads what counts for specs, as they come."""

    def __init__(self, variables: Variables | None = None) -> None:
        """Take the variables; None: those of the workspace that a spec lies in."""
        self._variables = variables
        self._around: dict[Path | None, Around] = {}
        self._defaults: dict[Path, Defaults | None] = {}
        self._of_workspace: dict[Path, Variables] = {}
        self._templates: dict[Path, TemplateReader] = {}

    def around(self, path: str | Path | None) -> Around:
        """Return the defaults, variables, templates and files that count for a spec file.

        Args:
            path: The file; None: a text without a file, for which no folder says anything.

        Raises:
            UsageError: The variables of the workspace are wrong.
        """
        folder = None if path is None else Path(path).parent
        if folder not in self._around:
            self._around[folder] = self._read(folder)
        return self._around[folder]

    def of_defaults(
        self, text: bytes, path: str | Path, airflow: str
    ) -> tuple[Diagnostic, ...] | None:
        """Return what is wrong with a file with defaults; None: it is a spec.

        Args:
            text: The file.
            path: Where it is.
            airflow: The Airflow that the DAGs are for.

        Raises:
            UsageError: The variables of the workspace are wrong.
        """
        from dagctl.spec.resolution.defaults import read_defaults

        defaults = read_defaults(text, str(path))
        if defaults is None:
            return None
        return check_defaults(defaults, self.around(path).variables, airflow=airflow)

    def load(self, text: str | bytes, path: str | Path, origin: str | None = None) -> DagSpec:
        """Return the spec of a text as if it stood in that file.

        Raises:
            SpecError: It has errors.
        """
        return check_spec(text, origin=origin or str(path), around=self.around(path)).result()

    def _read(self, folder: Path | None) -> Around:
        workspace = _workspace_around(folder or Path())
        variables = self._variables
        if variables is None:
            variables = self._variables_of(workspace)
        template_of, files = self._templates_of(workspace), workspace_files(folder or Path())
        if folder is None or workspace is None:
            return Around((), variables, template_of, files)
        levels = _levels(workspace.root, folder)
        defaults = [self._defaults_in(workspace.root, level) for level in levels]
        kept = tuple(each for each in defaults if each is not None)
        return Around(kept, variables, template_of, files)

    def _variables_of(self, workspace: Workspace | None) -> Variables:
        root = workspace.root if workspace else Path()
        if root not in self._of_workspace:
            self._of_workspace[root] = load_variables(workspace, os.environ)
        return self._of_workspace[root]

    def _templates_of(self, workspace: Workspace | None) -> TemplateReader:
        """Return what reads the templates of a workspace, one for all folders in it."""
        root = workspace.root if workspace else Path()
        return self._templates.setdefault(root, _reader_of(root))

    def _defaults_in(self, root: Path, level: Path) -> Defaults | None:
        where = root / level / DEFAULTS
        if where not in self._defaults:
            self._defaults[where] = _defaults_of(root, level, shown=_shown(where))
        return self._defaults[where]


def _reader_of(root: Path) -> TemplateReader:
    """Return what reads the templates of a workspace; nothing is loaded before a spec uses one."""

    @cache
    def reader() -> TemplateReader:
        from dagctl.commands.templates.listing import template_reader

        return template_reader(root)

    def read(name: str, version: int) -> LinkedTemplate | Problem:
        return reader()(name, version)

    return read


def _workspace_around(folder: Path) -> Workspace | None:
    try:
        return find_workspace(folder)
    except UsageError:
        return None


def _levels(root: Path, folder: Path) -> list[Path]:
    """Return the folders from that of a spec up to the workspace, relative to this.

    Raises:
        ConflictError: The folder leads out of the workspace.
    """
    real = folder.resolve()
    if not real.is_relative_to(root):  # it became a link since its workspace was looked for
        raise ConflictError(f"{folder} leads out of the workspace by now", hint=again("look at it"))
    below = real.relative_to(root)
    return [below, *below.parents][:MOST_LEVELS]


def _shown(path: Path) -> str:
    """Return a path as a person would write it here."""
    here = Path.cwd()
    return os.path.relpath(path, here) if path.is_relative_to(here) else str(path)


def _defaults_of(root: Path, level: Path, shown: str) -> Defaults | None:
    """Return what the file with defaults of a folder says; None: there is none."""
    try:
        data = read_below(root, (*level.parts, DEFAULTS), MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        from dagctl.spec.resolution.defaults import refused_defaults

        reason = "it is a link" if error.errno == errno.ELOOP else (error.strerror or str(error))
        hint = f"put a regular file of at most {MAX_BYTES:,} bytes there, or remove it"
        return refused_defaults(shown, f"{DEFAULTS} is not read: {reason}", hint)
    from dagctl.spec.resolution.defaults import read_defaults

    read = read_defaults(data, shown)
    return read and replace(read, path=(level / DEFAULTS).as_posix())
