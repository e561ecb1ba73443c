"""The `SharedTemplates` port over the functions that dagctl's migrations make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.adapters.supabase.rows import misunderstood
from dagctl.ports.template_store import SharedTemplate

if TYPE_CHECKING:
    from dagctl.adapters.supabase.supabase_client import DataClient


class SupabaseTemplates:
    """Rows of `dag_templates` under row level security, for one project.

    Each method is one request, and each may be repeated.
    """

    def __init__(self, remote: DataClient, project_id: str) -> None:
        self._remote = remote
        self._project = project_id

    def all(self) -> list[SharedTemplate]:
        """Return the templates of the project; see the port."""
        answer = self._remote.call("shared_templates", {"p_project": self._project})
        if not isinstance(answer, list):
            raise misunderstood()
        return list(map(_template_of, answer))

    def share(self, template: SharedTemplate) -> bool:
        """Share a version; see the port."""
        asked = {"p_name": template.name, "p_version": template.version, "p_text": template.text}
        return self._answer("share_template", asked, "shared", "unchanged")

    def unshare(self, name: str, version: int) -> bool:
        """Take a version back; see the port."""
        asked = {"p_name": name, "p_version": version}
        return self._answer("unshare_template", asked, "withdrawn", "absent")

    def _answer(self, function: str, asked: dict[str, object], yes: str, no: str) -> bool:
        answer = self._remote.call(function, {"p_project": self._project, **asked})
        if answer not in {yes, no}:
            raise misunderstood()
        return bool(answer == yes)


def _template_of(item: object) -> SharedTemplate:
    match item:
        case {"name": str(name), "version": int(version), "text": str(text)}:
            return SharedTemplate(name, version, text)
    raise misunderstood()
