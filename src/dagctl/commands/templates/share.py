"""Use case: the templates that a project shares among its members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.commands.specs.surroundings import Surroundings
from dagctl.commands.templates.fetch import keep
from dagctl.commands.templates.kept_sources import project_place
from dagctl.commands.templates.listing import GALLERY, newest, templates
from dagctl.commands.templates.template_checks import template_verdict
from dagctl.errors import NotFoundError, SpecError, UnavailableError, UsageError
from dagctl.next_step import Command, Fix
from dagctl.patterns import lazy_pattern
from dagctl.ports.template_store import SharedTemplate
from dagctl.settings.template_folders import PROJECT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dagctl.commands.templates.fetch import Fetched
    from dagctl.ports.template_store import SharedTemplates, TemplateStore

_NAMED = lazy_pattern(
    r"(?P<name>(?:[a-z]{1,20}/)?[A-Za-z0-9_-]{1,100})(?:@(?P<version>[1-9][0-9]{0,6}))?"
)
_LIST = Fix(Command("templates"))


def to_share(word: str, start: Path, *, airflow: str) -> SharedTemplate:
    """Return the template that a word means, to be shared.

    Args:
        word: `report`, which means its newest version, or `report@2`.
        start: A folder at or below the workspace.
        airflow: The Airflow that its DAGs are for.

    Raises:
        NotFoundError: There is none here.
        SpecError: The spec that it makes has errors.
        UsageError: The word is no name of a template.
    """
    name, version = _named(word)
    same = [
        item
        for item in templates(start).named(name)
        if item.source not in {PROJECT, GALLERY} and version in {None, item.template.version}
    ]
    if not same:
        raise NotFoundError(f"there is no template `{word}` of your own here", hint=_LIST)
    template = newest(same, same[0].source).template
    around = Surroundings().around(start / template.origin.rpartition("/")[2])
    checked = template_verdict(
        template.document.text, template.origin, variables=around.variables, airflow=airflow
    )
    if not checked.ok:
        raise SpecError(checked.findings)
    return SharedTemplate(template.name, template.version, template.document.text)


def unshare(word: str, shared: SharedTemplates) -> list[SharedTemplate]:
    """Take the versions of a template back that a word means; return them.

    Raises:
        NotFoundError: None is shared.
        UsageError: The word is no name of a template.
    """
    name, version = _named(word)
    plain = name.removeprefix(f"{PROJECT}/")
    same = [each for each in shared.all() if each.name == plain and version in {None, each.version}]
    taken = [each for each in same if shared.unshare(each.name, each.version)]
    if not taken:
        raise NotFoundError(f"the project shares no template `{word}`", hint=_LIST)
    return taken


def fetch_shared(
    root: Path, project_id: str, shared: Sequence[SharedTemplate], store: TemplateStore
) -> Fetched:
    """Keep the templates of the project for this workspace, if no version of them has changed.

    Raises:
        ConflictError: A version that was here before has another text now.
        UnavailableError: The server answers with a name that is none.
    """
    for each in shared:
        if not _NAMED.fullmatch(each.name) or "/" in each.name:
            raise UnavailableError("the server names a template in a way that dagctl does not")
    files = {f"{each.name}@{each.version}.yaml": each.text.encode() for each in shared}
    return keep(root, PROJECT, project_place(project_id), files, store)


def _named(word: str) -> tuple[str, int | None]:
    match = _NAMED.fullmatch(word)
    if match is None:
        raise UsageError(f"`{word}` is no name of a template", hint="write NAME or NAME@VERSION")
    return match["name"], int(match["version"]) if match["version"] else None
