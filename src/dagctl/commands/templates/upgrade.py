"""Use case: which specs are behind their templates, and their texts with a newer version.

A spec that uses a template (`use`) gets another version; its values are checked by the rules of
that one. A spec that `dagctl new` has made is merged: what the template has changed since, and
what the author has, side by side.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from dagctl.commands.files.new_files import write_new, write_over
from dagctl.commands.specs.surroundings import Surroundings
from dagctl.commands.templates.listing import GALLERY, ListedTemplate, newest, templates
from dagctl.commands.templates.ties import tie_of
from dagctl.commands.validate import verdict
from dagctl.errors import ConflictError, Severity, SpecError
from dagctl.frozen import frozen
from dagctl.operation.comparison.differences import differences
from dagctl.operation.comparison.line_diff import line_diff
from dagctl.ports.text_merge import MergeSide
from dagctl.template import digest_of, filled, given, read_template, stamp_for, stamped, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagctl.commands.files.read_specs import SpecText
    from dagctl.commands.specs.forked import Verdict
    from dagctl.commands.templates.listing import TemplateList
    from dagctl.commands.templates.ties import Tie
    from dagctl.difference import Difference
    from dagctl.errors import Diagnostic
    from dagctl.ports.text_merge import TextMerge
    from dagctl.spec.strictness import Checks
    from dagctl.template import Stamp, Values

Outcome = Literal["current", "ready", "conflict", "invalid", "stuck"]
BESIDE = ".upgrade"
"""What is put behind the name of a spec file for a merge that a person must finish."""
_BRING_BACK = "bring that version back, or remove the first line of the spec"
_CHANGED = "was changed without a new version, after the spec was made of it"
EarlierFiles = Callable[[Path, str], Iterable[tuple[str, bytes]]]
"""Gives the paths and texts that files had in earlier commits, for a folder of the workspace that
a path stands in."""


@frozen(kw_only=True)
class Upgrade:
    """A spec file, and what another version of its template makes of it."""

    file: str
    template: str
    """With its source: `gallery/cleanup`; as the spec names it where it is not there."""
    version: int | None
    """What the spec has now; None: its stamp is damaged."""
    to: int | None
    """The version that it can have; None: there is none."""
    outcome: Outcome
    """Conflict: both sides have changed the same lines. Invalid: the spec would have errors. Stuck:
    it cannot be upgraded as things are."""
    before: bytes = b""
    after: bytes | None = None
    """The new text; for a conflict with markers in it."""
    is_merged: bool = False
    """Whether the text was merged, as that of a spec which `dagctl new` has made."""
    changes: tuple[Difference, ...] | None = None
    """What that changes in the DAG; None: not known."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """For an invalid one: what is wrong with the new text."""
    reason: str | None = None
    """Why it is stuck; of a current one, what is odd about its template."""
    hint: str | None = None
    """What to do about that."""

    @property
    def is_behind(self) -> bool:
        """Whether there is another version to upgrade to."""
        return self.to is not None and self.to != self.version

    @property
    def beside(self) -> str:
        """The file that a merge is written to which a person must finish."""
        return f"{self.file}{BESIDE}"

    @property
    def diff(self) -> str:
        """The unified diff of the text, empty if nothing changes."""
        if self.after is None:
            return ""
        names = (f"{self.file} (version {self.version})", f"{self.file} (version {self.to})")
        old, new = (text.decode(errors="replace") for text in (self.before, self.after))
        return line_diff(*names, old.splitlines(keepends=True), new.splitlines(keepends=True))


@frozen(kw_only=True)
class UpgradeTarget:
    """To what specs are upgraded."""

    version: int | None = None
    """None: the newest of the source that the spec's version is of."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Values for new parameters, as `--set` gives them, of specs that `dagctl new` has made."""


@frozen
class Upgrades:
    """What becomes of specs, in the order of the files."""

    made: tuple[Upgrade, ...]
    problems: tuple[Diagnostic, ...]
    """What is wrong with files of templates that are left out."""


def upgrades(
    documents: Iterable[SpecText],
    checks: Checks,
    target: UpgradeTarget,
    merge: TextMerge,
    earlier: EarlierFiles,
) -> Upgrades:
    """Return what becomes of each spec that is tied to a template.

    Args:
        documents: Files; those of no template are left out.
        checks: How specs are checked.
        target: What they are upgraded to.
        merge: Merges texts.
        earlier: Gives the texts that templates of the workspace had before.
    """
    work = _Work(checks, target, merge, earlier)
    made = [work.upgrade(document) for document in documents]
    return Upgrades(tuple(each for each in made if each is not None), work.problems)


def write_upgrades(made: Sequence[Upgrade]) -> Iterator[str]:
    """Write the texts that are ready over their files, those that are not beside them.

    Yields:
        The path of each file that was written.

    Raises:
        ConflictError: A file was changed meanwhile, or a link leads out of the workspace.
        UnavailableError: A file cannot be written.
    """
    unfinished = [each for each in made if each.is_merged and each.outcome != "ready"]
    for each in unfinished:
        _check_free(each)
    for each in made:
        if each.outcome == "ready" and each.after is not None:
            write_over(Path(each.file), each.before, each.after)
            yield each.file
    for each in unfinished:
        write_new(Path(each.beside), (each.after or b"").decode())
        yield each.beside


def _check_free(upgrade: Upgrade) -> None:
    """Let a merge that a person is at work on stay as it is."""
    if os.path.lexists(upgrade.beside):
        message = f"{upgrade.beside} is there already, from an upgrade that is not finished"
        hint = f"finish it, then mv {upgrade.beside} {upgrade.file}; or remove it"
        raise ConflictError(message, hint=hint)


class _Work:
    """What the upgrades of one command have in common: templates are read once."""

    def __init__(
        self, checks: Checks, target: UpgradeTarget, merge: TextMerge, earlier: EarlierFiles
    ) -> None:
        self._checks = checks
        self._merge = merge
        self._earlier = earlier
        self._to = target.version
        self._settings = target.settings
        self._surroundings = Surroundings(checks.variables)
        self._known: dict[Path, TemplateList] = {}
        self._history: dict[tuple[Path, str], list[tuple[str, bytes]]] = {}

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What is wrong with files of templates, each once."""
        every = (problem for known in self._known.values() for problem in known.problems)
        return tuple(dict.fromkeys(every))

    def upgrade(self, document: SpecText) -> Upgrade | None:
        tie = tie_of(document)
        if tie is None:
            return None
        if isinstance(tie, str):
            return _damaged(document, tie)
        same = self._templates(document).named(tie.name)
        if not same:
            hint = "correct the name, or bring the template back"
            return _stuck(tie, tie.name, None, f"there is no template {tie.name}", hint)
        return self._to_other(tie, same)

    def _to_other(self, tie: Tie, same: Sequence[ListedTemplate]) -> Upgrade:
        """Return the way from the version of a spec to the one that is asked for."""
        old = next((item for item in same if item.template.version == tie.version), None)
        new = self._target(same, (old or same[0]).source)
        if new is None:
            versions = ", ".join(str(item.template.version) for item in same)
            reason = f"the template has no version {self._to}"
            return _stuck(tie, same[0].name, None, reason, f"its versions here: {versions}")
        if new.template.version == tie.version:
            return _current(tie, new)
        if self._to is None and new.template.version < tie.version:
            reason = f"version {tie.version} is not there; the newest is {new.template.version}"
            hint = f"bring version {tie.version} here, or go back with --to {new.template.version}"
            return _stuck(tie, new.name, None, reason, hint)
        return self._checked(tie, self._text(tie, old, new))

    def _templates(self, document: SpecText) -> TemplateList:
        folder = Path(document.name).parent
        if folder not in self._known:
            self._known[folder] = templates(folder)
        return self._known[folder]

    def _target(self, same: Sequence[ListedTemplate], source: str) -> ListedTemplate | None:
        if self._to is None:
            return newest(same, source)
        of_source = [item for item in same if item.source == source]
        return next((item for item in of_source if item.template.version == self._to), None)

    def _text(self, tie: Tie, old: ListedTemplate | None, new: ListedTemplate) -> Upgrade:
        if tie.pin is not None:
            return _repinned(tie, new)
        stamp = tie.stamp
        if stamp is None:
            raise ValueError("no stamp")  # a bug in dagctl
        base = None if old is None else _base(old, stamp)
        if base is None:
            base = self._earlier_base(tie, stamp, new)
        if base is None:
            gone = f"version {tie.version}, which the spec was made of, is not there any more"
            reason = gone if old is None else f"{old.template.origin} {_CHANGED}"
            return _stuck(tie, new.name, new.template.version, reason, _BRING_BACK)
        return self._merged(tie, stamp, base, new)

    def _earlier_base(self, tie: Tie, stamp: Stamp, new: ListedTemplate) -> str | None:
        """Return the text that a spec began as, as a template of an earlier commit gives it."""
        folder, _, _ = new.template.origin.rpartition("/")
        if new.source == GALLERY or not folder:
            return None
        for path, text in self._earlier_texts(Path(tie.file).parent, folder):
            with suppress(SpecError):
                item = ListedTemplate(read_template(text, path), new.source)
                same = item.name == new.name and item.template.version == tie.version
                base = _base(item, stamp) if same else None
                if base is not None:
                    return base
        return None

    def _earlier_texts(self, start: Path, folder: str) -> list[tuple[str, bytes]]:
        if (start, folder) not in self._history:
            self._history[start, folder] = list(self._earlier(start, folder))
        return self._history[start, folder]

    def _merged(self, tie: Tie, stamp: Stamp, base: str, new: ListedTemplate) -> Upgrade:
        values = self._values(new, stamp)
        try:
            theirs = filled(new.template, values_of(new.template, values))
        except SpecError as error:
            return replace(_of(tie, new, "invalid"), diagnostics=error.diagnostics)
        ending = "\r\n" if "\r\n" in tie.body else "\n"
        made = self._merge(
            MergeSide(tie.file, tie.body),
            MergeSide(f"{new.name}@{tie.version}", base.replace("\n", ending)),
            MergeSide(f"{new.name}@{new.template.version}", theirs.replace("\n", ending)),
        )
        line = stamped("", stamp_for(new.name, new.template.version, values, theirs))
        after = _encoded(tie, line.replace("\n", ending) + made.text)
        outcome: Outcome = "conflict" if made.conflicts else "ready"
        return replace(_of(tie, new, outcome), after=after, is_merged=True)

    def _values(self, new: ListedTemplate, stamp: Stamp) -> Values:
        """Return the values for the new version: those of the spec that it knows, and new ones."""
        kept = {name: value for name, value in stamp.values.items() if name in new.template.by_name}
        return kept | given(new.template, self._settings)

    def _checked(self, tie: Tie, made: Upgrade) -> Upgrade:
        """Return an upgrade with what the checks say of its text, and what it changes."""
        if made.outcome != "ready" or made.after is None:
            return made
        after, findings = self._verdict(replace(tie.document, data=made.after))
        if after is None:
            errors = tuple(each for each in findings if each.severity is Severity.ERROR)
            return replace(made, outcome="invalid", diagnostics=errors)
        before, _ = self._verdict(tie.document)
        if before is None:
            return made
        return replace(made, changes=differences(before.to_data(), after.to_data()))

    def _verdict(self, document: SpecText) -> Verdict:
        return verdict(document, self._checks, self._surroundings)


def _current(tie: Tie, new: ListedTemplate) -> Upgrade:
    current = _of(tie, new, "current")
    if tie.stamp is None or _base(new, tie.stamp) is not None:
        return current
    hint = "give the new text a new version, then upgrade to it"
    return replace(current, reason=f"{new.template.origin} {_CHANGED}", hint=hint)


def _base(old: ListedTemplate, stamp: Stamp) -> str | None:
    """Return the text that a spec began as; None: the template gives another one today."""
    try:
        text = filled(old.template, values_of(old.template, stamp.values))
    except SpecError:
        return None
    return text if digest_of(text) == stamp.digest else None


def _repinned(tie: Tie, new: ListedTemplate) -> Upgrade:
    pin, to = tie.pin, new.template.version
    if pin is None or pin.span is None:
        reason = "its version does not stand in `use` itself, so it cannot be changed there"
        return _stuck(tie, new.name, to, reason, "change the version by hand where it stands")
    text = tie.text[: pin.span.start] + str(to) + tie.text[pin.span.end :]
    return replace(_of(tie, new, "ready"), after=_encoded(tie, text))


def _encoded(tie: Tie, text: str) -> bytes:
    """Return the bytes of a new text, with a byte order mark if the old one has it."""
    mark = "\ufeff".encode()
    return (mark if tie.document.data.startswith(mark) else b"") + text.encode()


def _of(tie: Tie, new: ListedTemplate, outcome: Outcome) -> Upgrade:
    return Upgrade(
        file=tie.file,
        template=new.name,
        version=tie.version,
        to=new.template.version,
        outcome=outcome,
        before=tie.document.data,
    )


def _stuck(tie: Tie, name: str, to: int | None, reason: str, hint: str) -> Upgrade:
    return Upgrade(
        file=tie.file,
        template=name,
        version=tie.version,
        to=to,
        outcome="stuck",
        before=tie.document.data,
        reason=reason,
        hint=hint,
    )


def _damaged(document: SpecText, reason: str) -> Upgrade:
    return Upgrade(
        file=document.name,
        template="",
        version=None,
        to=None,
        outcome="stuck",
        before=document.data,
        reason=reason,
        hint="put the line back as dagctl wrote it (git log -p), or remove it",
    )
