"""What a posted spec is resolved with: the variables and the templates of its project.

A request brings none of them: they are the server's, and are sent to the process that checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from dagctl.commands.templates.listing import (
    gallery,
    gallery_template,
    template_among,
    templates_of,
)
from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern
from dagctl.readers.syntax import document_in
from dagctl.spec.load import check_spec
from dagctl.spec.resolution.around import Around
from dagctl.spec.resolution.placeholders import BEGIN
from dagctl.spec.resolution.use import USE, pin_of
from dagctl.spec.resolution.variables import Variables
from dagctl.views.templates import usable_data

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dagctl.commands.templates.listing import Text
    from dagctl.findings.problem import Problem
    from dagctl.readers.syntax import Format
    from dagctl.server.body import Body
    from dagctl.spec.checked import Checked
    from dagctl.spec.resolution.use import Used
    from dagctl.views.templates import TemplateData

_USE = lazy_pattern(rb"\b%b\b" % USE.encode())
EVERY = ""
"""Stands for a template whose name is not known before variables are in place."""


@frozen
class ProjectNeeds:
    """What a spec needs of its project."""

    project_id: str | None = None
    """The project that it names, if that is a UUID."""
    template: str | None = None
    """The name of the template that it uses, without its source; `EVERY`; None: it uses none."""
    source: str = ""
    """The source that it names of this template."""
    has_variables: bool = False
    is_read: bool = True
    """Whether the spec could be read; what else it needs is not known then."""

    @property
    def is_any(self) -> bool:
        """Whether it needs anything."""
        return self.has_variables or self.template is not None


@frozen
class ResolvedWith:
    """What a spec is resolved with."""

    variables: Variables
    texts: tuple[Text, ...] = ()
    """Templates that may be the one it uses, besides the gallery's, the nearest first."""


def _in_gallery(name: str, version: int) -> Used | Problem:
    return gallery_template(name, version)


_NOTHING = Around(
    variables=Variables(of_request="name the project in `project_id`: variables are a project's"),
    template_of=_in_gallery,
)
"""For a spec of no project."""


def may_need(body: Body) -> bool:
    """Return whether a body has to be read to know what it needs; many have no such characters."""
    escape = b"\\u" if body.format == "json" else b"\\"
    is_marked = BEGIN.encode() in body.data or escape in body.data
    return is_marked or _USE.search(body.data) is not None


def needs_of(text: bytes, *, format: Format) -> ProjectNeeds:  # noqa: A002 - as of `check_spec`
    """Return what a spec needs of its project; nothing, if it cannot be read."""
    document = document_in(text, form=format)
    if document is None:
        return ProjectNeeds(is_read=False)
    data: Mapping[str, Any] = document.root.value
    pin = pin_of(document)
    source, _, plain = pin.name.rpartition("/") if pin else ("", "", EVERY)
    return ProjectNeeds(
        project_id=_uuid(data.get("project_id")),
        template=plain if USE in data else None,
        source=source,
        has_variables=_has_variables(data),
    )


def check_given(text: bytes, *, given: ResolvedWith | None = None, **named: Any) -> Checked:  # noqa: ANN401 - of `check_spec`
    """Return what a check of a spec gives; for the named arguments see `check_spec`."""
    if given is None:
        return check_spec(text, around=_NOTHING, **named)

    def template_of(name: str, version: int) -> Used | Problem:
        return template_among(given.texts, name, version)

    return check_spec(text, around=Around((), given.variables, template_of), **named)


def usable(texts: Sequence[Text]) -> list[TemplateData]:
    """Return the templates that specs can use, as JSON data: those of the texts first.

    A file that is no template is left out; a spec that uses it is refused with what is wrong.
    """
    known = [*templates_of(texts).listed, *gallery()]
    nearest = {(each.template.name, each.template.version): each for each in reversed(known)}
    return [
        usable_data(each, is_nearest=each is nearest[each.template.name, each.template.version])
        for each in known
    ]


def _uuid(value: object) -> str | None:
    try:
        return str(UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _has_variables(data: object) -> bool:
    stack = [data]
    while stack:
        item = stack.pop()
        if isinstance(item, str) and BEGIN in item:
            return True
        if isinstance(item, dict):
            stack += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            stack += item
    return False
