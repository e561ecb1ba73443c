"""Whether git has ever had the spec that a version was made from."""

from __future__ import annotations

from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from dagctl.errors import SpecError
from dagctl.frozen import frozen
from dagctl.operation.backend import TooManyEnvironmentsError
from dagctl.operation.change import digest_of
from dagctl.readers.source_text import decode
from dagctl.spec.resolution import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dagctl.dag_file.header import Header
    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change
    from dagctl.operation.conflicts.lone_changes import LastChange
    from dagctl.ports import DagVersion
    from dagctl.spec.model import DagSpec

_SETTINGS, _TEMPLATES = "dagctl.toml", "templates"
"""What every spec may be made of: of the first one variables only."""
_MOST_SPECS = 20
"""How many contents of a spec file are read to see whether a version was made from one."""
_MOST_ASKED = 20
"""Of how many DAGs the registry is asked for the text of their specs."""


@frozen
class TakenBack:
    """An update that takes back what the version in the work tree has changed."""

    change: Change
    header: Header
    """Of the version that is taken back."""
    before: Header
    """Of the version that it had changed."""
    last: LastChange

    @property
    def is_whole(self) -> bool:
        """Whether the spec is again the one of the version before."""
        return self.before.is_of(self.change.spec_digest)

    @property
    def is_set_back(self) -> bool:
        """Whether git has an older version in the place of a newer one, as after a revert."""
        return (self.header.version or 0) <= (self.before.version or 0)

    @property
    def may_be_known(self) -> bool:
        """Whether what git has of the spec file can say where the version came from."""
        source = self.change.source
        is_few = len(self.last.specs) <= _MOST_SPECS
        return is_few and not self.is_set_back and self.header.source in {None, source}


def made_of(change: Change) -> list[str]:
    """Return what a DAG may be made of, its spec first; as paths of the workspace."""
    source = change.source or ""
    defaults = [str(folder / DEFAULTS) for folder in PurePosixPath(source).parents]
    named = [each.name for each in change.inputs if each.kind in {"defaults", "file"}]
    return list(dict.fromkeys([source, *defaults, *named, _SETTINGS, _TEMPLATES]))


def fates_of(context: Context, undone: Sequence[TakenBack]) -> list[bool | None]:
    """Return of each whether no commit has brought the spec of its version; None: it seems so.

    Where git alone does not say it, a shared registry has the text that the author has published.
    """
    asked = {spec for each in undone for spec in each.last.specs[:_MOST_SPECS]}
    texts = context.backend.repo.blobs(asked) if asked else {}
    fates, left = list[bool | None](), _MOST_ASKED
    for each in undone:
        fate, is_sure = _is_lost(context, each, texts)
        if not is_sure and left and context.backend.cache is None:
            left -= 1
            said = _is_lost_by_text(context, each, texts)
            fate = fate if said is None else said
        fates.append(fate)
    return fates


def _is_lost(
    context: Context, undone: TakenBack, texts: Mapping[str, bytes]
) -> tuple[bool | None, bool]:
    """Return whether the spec file has not had the spec of a version since the one before it.

    A rollback is made from a spec that it had earlier. Where the file had another one in each
    commit, a version counts that came alone. None: it seems so, but the texts of git may not make
    what they made then.

    Returns:
        Also whether that is sure.
    """
    last, source = undone.last, undone.change.source or ""
    seems = None if last.is_alone else False
    try:
        from dagctl.operation.dags.loading import variants

        made = [
            list(variants(context.loader, texts.get(spec_id, b""), source))
            for spec_id in last.specs[:_MOST_SPECS]
        ]
    except SpecError:
        made = [[]]
    except TooManyEnvironmentsError:
        return seems, False
    is_now = [any(undone.header.is_of(spec.digest()) for spec in specs) for specs in made]
    is_sure = _is_sure(undone, made)
    if any(is_now):
        older = made[last.newer : is_now.index(True)]
        if any(undone.before.is_of(spec.digest()) for spec in chain.from_iterable(older)):
            return (True, True) if is_sure else (None, False)
        return False, True
    if not is_sure:
        return seems, False
    return last.is_alone or (undone.is_whole and _has_all(context, last)), True


def _is_sure(undone: TakenBack, made: Sequence[Sequence[DagSpec]]) -> bool:
    """Return whether the texts of a spec file make today what they made when they were published.

    They do not where other files have changed since or are not in git, variables have other values
    (`--var`, another environment), or the spec file had another name.
    """
    if not undone.may_be_known or not all(made):
        return False
    specs = chain.from_iterable(made)
    inputs = [*undone.change.inputs, *chain.from_iterable(spec.inputs for spec in specs)]
    is_of_template = any(each.kind == "template" for each in inputs)
    without = {_SETTINGS} if is_of_template else {_SETTINGS, _TEMPLATES}
    known = set(made_of(undone.change))
    return undone.last.unsettled <= without and all(
        each.kind == "template" or (each.kind != "variable" and each.name in known)
        for each in inputs
    )


def _has_all(context: Context, last: LastChange) -> bool:
    """Return whether this clone has each text that the spec file has ever had."""
    return last.is_traced and context.backend.repo.reach([last.commit.id]) is not None


# --- By the text that a shared registry has -------------------------------------------------------


def _is_lost_by_text(
    context: Context, undone: TakenBack, texts: Mapping[str, bytes]
) -> bool | None:
    """Return whether no commit has brought the text that a version was published with.

    The text counts as it stands: what defaults and variables make of it does not matter. None: it
    is not known, or the text is the same and only something else that it is made of differs.
    """
    change, last = undone.change, undone.last
    record = change.record
    is_recorded = (
        record is not None
        and record.version == undone.header.version
        and record.content_digest == digest_of(change.old_file or b"")
    )
    if not is_recorded or not undone.may_be_known or not all(map(texts.__contains__, last.specs)):
        return None
    now, before = _published(context, undone)
    if now is None or now.spec_text is None or _lines(now.spec_text) == _lines(change.spec_text):
        return None
    known = [_lines(decode(texts[each])[0]) for each in last.specs]
    if (text := _lines(now.spec_text)) in known:
        older = known[last.newer : known.index(text)]
        if before is not None and before.spec_text and _lines(before.spec_text) in older:
            return True
        return False if set(now.inputs) == set(change.inputs) else None
    return True if last.is_alone or _has_all(context, last) else None


def _published(context: Context, undone: TakenBack) -> tuple[DagVersion | None, DagVersion | None]:
    """Return the version that is taken back and the one before it, with their texts."""
    newest = context.backend.registry.versions(undone.change.dag_id, limit=2, text=True)
    known = {version.version: version for version in newest}
    return known.get(undone.header.version or 0), known.get(undone.before.version or 0)


def _lines(text: str | None) -> str | None:
    """Return a text whatever ends its lines: git may have changed that."""
    return None if text is None else text.replace("\r\n", "\n").removesuffix("\n")
