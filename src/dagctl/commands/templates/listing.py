"""Use case: the templates of a workspace, of the sources that it names, and of the gallery."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from dagctl import durable
from dagctl.commands.files.spec_files import read_below
from dagctl.commands.templates.kept_sources import kept_of, of_project, of_source
from dagctl.errors import Diagnostic, NotFoundError, SpecError, UsageError
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import did_you_mean, nearest, quoted
from dagctl.frozen import frozen
from dagctl.next_step import Command, Fix
from dagctl.settings import project_of
from dagctl.settings.template_folders import PROJECT, load_template_sources
from dagctl.template import Template, checked, read_template
from dagctl.workspace import find_workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dagctl.text.document import Document
    from dagctl.workspace import Workspace

WORKSPACE, GALLERY = "workspace", "gallery"
FOLDER = "templates"
"""The folder of a workspace with its templates, beside `dagctl.toml`."""
_SUFFIXES = (".yaml", ".yml")
_MOST = 1_000
"""Files of a folder that are read."""


@frozen
class ListedTemplate:
    """A template, and where it comes from."""

    template: Template
    source: str

    @property
    def name(self) -> str:
        """Its name with its source: `gallery/cleanup`."""
        return f"{self.source}/{self.template.name}"


@frozen
class TemplateList:
    """The templates that can be used here, those of the workspace first."""

    listed: tuple[ListedTemplate, ...]
    problems: tuple[Diagnostic, ...]
    """What is wrong with files of the workspace that are left out."""

    def named(self, name: str) -> tuple[ListedTemplate, ...]:
        """Return all versions of a template, those of the nearest source first.

        Args:
            name: As `orders_elt`, or with its source as `gallery/orders_elt`.
        """
        source, _, plain = name.rpartition("/")
        return tuple(
            item
            for item in self.listed
            if item.template.name == plain and source in {"", item.source}
        )


Text = tuple[str, str, str | bytes | Diagnostic]
"""A template before it is read: its source, its file, and its text, or why there is none."""


def templates(start: Path) -> TemplateList:
    """Return the templates that can be used in a folder, with those of the workspace around it.

    Raises:
        UsageError: A source of templates in `dagctl.toml` is wrong.
    """
    return templates_of((*_of_workspace(start), *_of_gallery()))


def templates_of(texts: Iterable[Text]) -> TemplateList:
    """Return the templates that texts hold, in their order, and what is wrong with the others."""
    listed: list[ListedTemplate] = []
    problems: list[Diagnostic] = []
    for source, path, text in texts:
        if isinstance(text, Diagnostic):
            problems.append(text)
            continue
        try:
            listed.append(ListedTemplate(read_template(text, path), source))
        except SpecError as error:
            problems += error.diagnostics
    return TemplateList(tuple(listed), tuple(problems))


def template_named(name: str, start: Path) -> ListedTemplate:
    """Return the newest template with a name; the workspace's before the gallery's.

    Args:
        name: As `orders_elt`, or with its source as `gallery/orders_elt`.
        start: A folder at or below the workspace.

    Raises:
        NotFoundError: There is none.
        SpecError: There is none, and a file of the workspace that may be it is not right.
    """
    known = templates(start)
    same = known.named(name)
    if same:
        return newest(same, same[0].source)
    if known.problems:
        raise SpecError(known.problems)
    if others := known.named(name.partition("@")[0]):
        versions = ", ".join(str(item.template.version) for item in others)
        raise NotFoundError(
            f"there is no template with the name `{name}`",
            hint=f"leave the version out: the newest one counts; its versions here: {versions}",
        )
    near = nearest(name.rpartition("/")[2], [item.template.name for item in known.listed])
    hint = f"did you mean `{near}`?" if near else Fix(Command("templates"))
    raise NotFoundError(f"there is no template `{name}`", hint=hint)


def newest(same: Sequence[ListedTemplate], source: str) -> ListedTemplate:
    """Return the newest of several versions of a template that one source has."""
    return max(
        (item for item in same if item.source == source), key=lambda item: item.template.version
    )


@frozen
class LinkedTemplate:
    """A template as a spec uses it, by `use` and `with`."""

    template: Template

    @property
    def document(self) -> Document:
        """Its text."""
        return self.template.document

    def checked(self, given: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, Problem]]:
        """Return the value of every parameter, or what is wrong, by the names of parameters."""
        return checked(self.template, given)


TemplateReader = Callable[[str, int], LinkedTemplate | Problem]
"""Returns the template with a name and a version, or why there is none."""


def template_reader(start: Path) -> TemplateReader:
    """Return what gives specs their templates; the files are read once, with the first use.

    Args:
        start: A folder at or below the workspace.
    """
    known: list[TemplateList] = []

    def read(name: str, version: int) -> LinkedTemplate | Problem:
        if not known:
            known.append(templates(start))
        return _linked(known[0], name, version)

    return read


def template_among(texts: Sequence[Text], name: str, version: int) -> LinkedTemplate | Problem:
    """Return a template of these texts or, where they have none, of the gallery; or why not."""
    near, given = _gallery(name.rpartition("/")[2]), templates_of(texts)
    return _linked(TemplateList((*given.listed, *near.listed), given.problems), name, version)


def gallery_template(name: str, version: int) -> LinkedTemplate | Problem:
    """Return a template of the gallery, for a spec that stands in no workspace; or why not."""
    near = _gallery(name.rpartition("/")[2])
    linked = _linked(near, name, version)
    if isinstance(linked, Problem) and not near.named(name):
        names = ", ".join(item.template.name for item in _gallery("").listed)
        return replace(linked, hint=f"the templates that can be used here: {names}")
    return linked


@cache
def gallery() -> tuple[ListedTemplate, ...]:
    """Return the templates that dagctl ships, read once."""
    return _gallery("").listed


def _gallery(beginning: str) -> TemplateList:
    """Return the templates of the gallery in files whose names begin so, read again."""
    listed = [
        ListedTemplate(read_template(text, path), source)
        for source, path, text in _of_gallery()
        if path.removeprefix(f"{GALLERY}/").startswith(beginning)
    ]
    return TemplateList(tuple(listed), ())


def _linked(known: TemplateList, name: str, version: int) -> LinkedTemplate | Problem:
    plain = name.rpartition("/")[2]
    same = known.named(name)
    exact = [item for item in same if item.template.version == version]
    if exact:
        twice = next((each for each in exact[1:] if each.source == exact[0].source), None)
        return _twice(exact[0], twice) if twice else LinkedTemplate(exact[0].template)
    broken = _broken(known.problems, plain)
    if same:
        versions = ", ".join(str(item.template.version) for item in same)
        message = f"the template {quoted(plain)} has no version {version}"
        hint = f"its versions here: {versions}" + (f"; {_shown(broken)}" if broken else "")
    elif broken is not None:
        message = f"the template {quoted(name)} has errors: {_shown(broken)}"
        hint = broken.hint or "correct it there"
    else:
        message = f"there is no template {quoted(name)}"
        names = [item.template.name for item in known.listed]
        missing = next((_shown(each) for each in known.problems if each.source is None), None)
        hint = did_you_mean(plain, names) or missing or "`dagctl templates` lists them"
    return Problem(Code.BAD_USE, message, hint)


def _twice(first: ListedTemplate, second: ListedTemplate) -> Problem:
    template = first.template
    files = f"{template.origin} and {second.template.origin}"
    message = f"{template.name}@{template.version} stands twice, in {files}"
    return Problem(Code.BAD_USE, message, "give one of them another version")


def _broken(problems: Sequence[Diagnostic], name: str) -> Diagnostic | None:
    """Return what is wrong with a file that has this name in it; None: none has, or is wrong."""
    word = rf"(?<![\w-]){re.escape(name)}(?![\w-])"
    of_texts = (each for each in problems if each.source is not None)
    named = (each for each in of_texts if each.source and re.search(word, each.source.text))
    return next(named, None)


def _shown(problem: Diagnostic) -> str:
    return f"{problem.file}:{problem.line or 1}: {problem.message}"


def texts_in(workspace: Workspace) -> Iterator[Text]:
    """Yield the templates of a workspace, then those of the sources in its `dagctl.toml`.

    Raises:
        UsageError: A source in that file is wrong.
    """
    yield from _of_folder(workspace.root, WORKSPACE, FOLDER)
    for source in load_template_sources(workspace):
        if source.git is None:
            yield from _of_folder(workspace.root, source.name, source.folder)
            continue
        for path, text in of_source(workspace.root, source):
            yield source.name, path, text


def _of_workspace(start: Path) -> Iterator[Text]:
    """Yield the templates of the workspace around a folder, and of its project as it was kept."""
    try:
        workspace = find_workspace(start)
    except UsageError:  # no workspace is no obstacle here
        return
    yield from texts_in(workspace)
    if kept_of(workspace.root, PROJECT) is not None:
        for path, text in of_project(workspace.root, project_of(workspace, os.environ)):
            yield PROJECT, path, text


def _of_folder(
    root: Path, source: str, folder: str
) -> Iterator[tuple[str, str, bytes | Diagnostic]]:
    parts = PurePosixPath(folder).parts
    try:
        with durable.folder(root, parts) as place:
            names = sorted(name for name in durable.names(place) if name.endswith(_SUFFIXES))
    except OSError:  # there is none, or a link leads there
        return
    for name in names[:_MOST]:
        path = f"{folder}/{name}"
        try:
            yield source, path, read_below(root, (*parts, name))
        except OSError as error:
            message = f"{path} cannot be read: {error.strerror}"
            yield source, path, Diagnostic(code=UsageError.code, message=message, file=path)


def _of_gallery() -> Iterator[tuple[str, str, bytes]]:
    folder = Path(__file__).parents[2] / "templates" / "gallery"
    for path in sorted(folder.glob("*.yaml")):
        yield GALLERY, f"gallery/{path.name}", path.read_bytes()
