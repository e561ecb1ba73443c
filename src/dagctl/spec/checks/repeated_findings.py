"""What follows from another slip is left out: one slip, one finding.

A check looks at the data as they stand. Where a key, an id or a kind is in doubt, what several
checks say of the rest is right of these data, and wrong of what the author meant.

Each doubt is raised by other codes than those that it silences, so something is always said.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import field, replace
from typing import TYPE_CHECKING
from unicodedata import normalize

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.findings.wording import nearest
from dagctl.frozen import mutable
from dagctl.spec.checks.misread_ids import without_named_again
from dagctl.spec.checks.misspelt_defaults import with_slips_at_defaults
from dagctl.spec.dependencies.outline import said_id
from dagctl.spec.fields.ids import MAX_TASK_ID
from dagctl.spec.tasks import KINDS
from dagctl.spec.tasks.base import SingleTask
from dagctl.spec.validation.unknown_keys import meant_key, other_name
from dagctl.spec.walk import is_group, value_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dagctl.findings.problem import Problem
    from dagctl.spec.walk import Path

_KIND = ("task_type", *KINDS.owners)
_KEYS = {
    "id": ("task_id", "group_id", "tasks"),
    "kind": _KIND,
    "edges": ("dependencies",),
    "arguments": ("with",),
    "loop": ("for_each",),
    "mapping": ("expand", "expand_kwargs"),
    "prefix": ("prefix_group_id",),
    "shared": ("default_args",),
}
"""The keys of an entry that say one thing about it."""
_EMPTY = {Code.NULL, Code.BLANK, Code.PYTHON_BLANK}
_WRONG = {Code.UNKNOWN_KEY, Code.MISSING_KEY, Code.WRONG_TYPE, *_EMPTY}
_OF_ANOTHER_TYPE = {Code.WRONG_TYPE, Code.BAD_START_DATE}
_WORDS = {Code.YAML_WORD, Code.YAML_NUMBER, Code.YAML_DATE}
_NOT_READ = {Code.DUPLICATE_KEY, Code.YAML_SYNTAX, Code.YAML_QUOTE}
"""What stands there is not what was meant."""
_RAISED_BY = {
    "id": {*_WRONG, *_NOT_READ, Code.NO_VARIABLE, Code.BAD_VARIABLE, Code.BAD_LOOP},
    "kind": {
        *(*_WRONG, *_NOT_READ, Code.UNKNOWN_TASK_TYPE, Code.UNKNOWN_OPERATOR),
        *(Code.OPERATOR_NOT_HERE, Code.BAD_IMPORT_PATH),
    },
    "edges": {*_WRONG, Code.UNKNOWN_DEPENDENCY},
    "arguments": {*_WRONG, Code.BAD_ARGUMENT},
    "loop": {*_WRONG, Code.BAD_LOOP},
    "mapping": {*_WRONG, Code.BAD_ARGUMENT, Code.UNKNOWN_PARAMETER, Code.BAD_MAPPING},
    "prefix": _WRONG,
    "shared": _WRONG,
}
"""The codes that, at these keys, leave no certainty of what they say."""
_OF_EDGES = {Code.BAD_BRANCH, Code.BAD_LABEL, Code.XCOM_NOT_THERE}
"""What is said of an edge that is not there."""
_OF_NAMES = {Code.UNKNOWN_DEPENDENCY, Code.BAD_BRANCH, Code.BAD_LABEL, Code.XCOM_OF_NO_TASK}
"""What is said of a name that no entry has."""
_FROM_ANY = {
    "names": _OF_NAMES,
    "edges": _OF_EDGES,
    "twice": _OF_EDGES | _OF_NAMES,
    "missing": {*_OF_EDGES, Code.NO_TASKS},
}
"""What may be said of any entry because of a doubt about some entry."""
_FROM_AROUND = {
    "loop": {Code.NO_VARIABLE},
    "mapping": {Code.BAD_MAPPING},
    "twice": {Code.DUPLICATE_TASK_ID},
    "id": {Code.DUPLICATE_TASK_ID},
}
"""What may be said of an entry because of a doubt about a group around it."""
_FROM_ITS_OWN = {
    "loop": {Code.NO_VARIABLE},
    "id": {Code.DUPLICATE_TASK_ID},
    "strange": {Code.DUPLICATE_TASK_ID, Code.MISSING_PARAMETER},
    "arguments": {Code.MISSING_PARAMETER},
    "kind": {
        *(Code.OTHER_TASK_TYPE, Code.MISSING_KEY, Code.MISSING_PARAMETER, Code.UNKNOWN_PARAMETER),
        *(Code.BAD_ARGUMENT, Code.BAD_MAPPING, Code.BASH_SYNTAX, Code.BAD_CHARACTER),
    },
}
"""What may be said of an entry because of a doubt about itself."""
_ONE_OF = (
    (Code.UNKNOWN_PARAMETER, Code.BAD_ARGUMENT, Code.BAD_MAPPING),
    (Code.BAD_TASK_ID, Code.DUPLICATE_TASK_ID),
    (Code.NOT_IN_TARGET, Code.WRONG_TYPE, Code.UNKNOWN_WORD, Code.OUT_OF_RANGE),
    (Code.GIVEN_TWICE, Code.BAD_START_DATE),
    (Code.BAD_MARKER, Code.CYCLE),
)
"""Of these, only the first is said of one value."""
_RANK = {code: place for codes in _ONE_OF for place, code in enumerate(codes)}

_OF_OPERATORS = {"params", *_KEYS["mapping"]}
"""Keys of all tasks that may hold what an operator needs."""
_ALIKE = 0.8
"""How near an unknown key is to one that every task has, to be no parameter of an operator."""

_TORN = {
    Code.UNKNOWN_KEY: {"group_id", "tasks", "tooltip", "default_args"},
    Code.OTHER_TASK_TYPE: {*_KIND},
}
"""Keys that a task cannot have because another entry begins there: its dash is missing."""


@mutable
class _Doubts:
    """What is in doubt because something is wrong there."""

    below: set[Path] = field(default_factory=set)
    """Unknown keys: nothing below them was meant to stand there."""
    gone: set[Path] = field(default_factory=set)
    """Keys that the target does not have: what is wrong below them goes with them."""
    misnamed: set[str] = field(default_factory=set)
    """The letters of ids that no entry may have: others name them as they should be."""
    at: set[Path] = field(default_factory=set)
    """Values that the reader has not read as they were meant."""
    unread: set[Path] = field(default_factory=set)
    """Values that are the text of a file which could not be read."""
    replaced: set[Path] = field(default_factory=set)
    """Values of a wrong type: what is in them goes with them."""
    doubled: set[Path] = field(default_factory=set)
    """Keys that stand twice: the first may be the one too many."""
    empty: set[Path] = field(default_factory=set)
    """Mappings with a key that has nothing below it: what follows it may belong there."""
    of: defaultdict[str, set[Path]] = field(default_factory=lambda: defaultdict(set))
    """The entries of which something is in doubt, by what that is: see `_KEYS`; and

    `twice`: they have the id of another; `strange`: an unknown key may be meant for an operator;
    `names`: they may have ids that the data do not say; `missing`: some of their entries are not
    among the data. The DAG itself is `()`.
    """


def without_consequences(
    findings: Sequence[Problem], data: object, *, has_all_entries: bool
) -> Sequence[Problem]:
    """Return the findings without those that are there only because of another.

    Args:
        findings: All, in the order of the text.
        data: What they are about.
        has_all_entries: Whether these have all tasks and groups that the author wrote.
    """
    wrong = [each for each in findings if each.severity is Severity.ERROR and not each.document]
    if len(findings) < 2 or not wrong:  # noqa: PLR2004 - there is no other
        return findings
    findings = with_slips_at_defaults(findings)
    doubts = _doubts(wrong, data)
    if not has_all_entries:
        doubts.of["names"].add(())
        doubts.of["missing"].add(())
    kept = [each for each in findings if each.document or not _follows(each, doubts, data)]
    return without_named_again([_with_hint(each, doubts) for each in _one_each(kept)], data)


def _doubts(wrong: Iterable[Problem], data: object) -> _Doubts:
    doubts = _Doubts()
    for finding in wrong:
        path, code = finding.path, finding.code
        entry, _, _ = _parts(path)
        _note_place(path, code, doubts)
        for what in _raised_by(finding, doubts, data):
            doubts.of[what].add(entry)
        if code == Code.DUPLICATE_TASK_ID:
            doubts.of["twice"].add(entry)
        if code == Code.BAD_TASK_ID:
            doubts.misnamed.add(_letters(value_at(data, path)))
        if code == Code.DUPLICATE_KEY:
            doubts.doubled |= {path, entry}
    doubts.misnamed.discard("")
    doubts.of["id"] |= doubts.of["loop"]
    doubts.of["names"] |= doubts.of["loop"]
    return doubts


def _note_place(path: Path, code: str, doubts: _Doubts) -> None:
    """Note that what stands at a place, below it or beside it is not what was meant."""
    if code == Code.UNKNOWN_KEY:
        doubts.below.add(path)
        entry, key, is_at_entry = _parts(path)
        if not (is_at_entry and _is_of_all_tasks(key)):  # an operator may be what takes it
            doubts.of["strange"].add(entry if is_at_entry else path[:-1])
    elif code == Code.NOT_IN_TARGET:
        doubts.gone.add(path)
    elif code in _EMPTY:
        doubts.empty.add(path[:-1])
    elif code == Code.BAD_FILE:
        doubts.unread.add(path[:-1])
    elif code in _OF_ANOTHER_TYPE:
        doubts.replaced.add(path)
    elif code in _NOT_READ and code != Code.DUPLICATE_KEY:
        doubts.at.add(path)
        doubts.of["edges"].add(_parts(path)[0])


def _raised_by(finding: Problem, doubts: _Doubts, data: object) -> set[str]:
    """Return what a finding brings into doubt of its entry."""
    code = finding.code
    entry, key, is_at_entry = _parts(finding.path)
    if code == Code.UNKNOWN_KEY and is_at_entry:
        key = _meant(key, value_at(data, entry))
    raised = {what for what, keys in _KEYS.items() if key in keys and code in _RAISED_BY[what]}
    if not is_at_entry:
        raised -= (
            {"id"}
            if code == Code.UNKNOWN_KEY or finding.path[-1:] == ("with",)
            else {"id", "shared"}
        )
    if "prefix" in raised:
        raised.add("names")
    if "id" in raised and not _is_said(data, entry, code, key):
        raised.add("names")
    if _is_of_another(finding, doubts):
        raised |= {"id", "kind", "edges"}
        raised |= set() if code == Code.OTHER_TASK_TYPE else {"names"}
    return raised


def _is_said(data: object, entry: Path, code: str, key: str) -> bool:
    """Return whether the id of an entry is certain, though its key is a slip."""
    if key == "tasks" or code != Code.UNKNOWN_KEY:
        return False
    item = value_at(data, entry)
    return said_id(item, "group_id" if is_group(item) else "task_id") is not None


def _is_of_another(finding: Problem, doubts: _Doubts) -> bool:
    """Return whether a key of an entry is that of another entry, whose dash is missing."""
    entry, key, is_at_entry = _parts(finding.path)
    if not entry or not is_at_entry:
        return False
    if finding.code == Code.DUPLICATE_KEY:
        return key in _KEYS["id"] or entry in doubts.doubled
    return finding.code in _TORN and key in _TORN[Code(finding.code)]


def _meant(key: str, entry: object) -> str:
    """Return the key of an entry that an unknown key was probably meant for, or itself."""
    other = {"task_id"} if is_group(entry) else {"group_id", "prefix_group_id"}
    known = [name for names in _KEYS.values() for name in names if name not in other]
    return meant_key(key, known) or key


def _is_of_all_tasks(key: str) -> bool:
    """Return whether an unknown key is surely one that every task has: no operator takes it."""
    names = [name for name in (*_KEYS["id"], *SingleTask.key_names()) if name not in _OF_OPERATORS]
    return bool(other_name(key, names) or nearest(key, names, likeness=_ALIKE))


def _follows(finding: Problem, doubts: _Doubts, data: object) -> bool:
    """Return whether a finding may be there only because of what is in doubt."""
    path, code, of = finding.path, finding.code, doubts.of
    above = [path[:end] for end in range(1, len(path))]
    entry, _, _ = _parts(path)
    if any(not places.isdisjoint(above) for places in (doubts.below, doubts.at, doubts.gone)):
        return True
    if code in _WORDS and not doubts.replaced.isdisjoint(above):
        return True
    if code in {Code.UNKNOWN_KEY, *_NOT_READ}:
        return code == Code.UNKNOWN_KEY and path[:-1] in doubts.empty
    outer = [entry[:end] for end in range(2, len(entry), 2)]
    return (
        path in doubts.at
        or path in doubts.unread
        or path in doubts.below
        or (path in doubts.doubled and code in _EMPTY)
        or any(of[what] and code in codes for what, codes in _FROM_ANY.items())
        or (code in _OF_NAMES and _letters(value_at(data, path)) in doubts.misnamed)
        or (code == Code.MISSING_PARAMETER and not of["shared"].isdisjoint([(), *outer]))
        or any(
            code in codes and not of[what].isdisjoint(outer) for what, codes in _FROM_AROUND.items()
        )
        or (
            any(code in codes and entry in of[what] for what, codes in _FROM_ITS_OWN.items())
            and not _says_kind(finding)
        )
        or (code == Code.SELF_DEPENDENCY and entry in of["id"] and bool(of["names"]))
        or (code == Code.MISSING_KEY and _next_entry(entry) in of["twice"])
        or (_is_of_defaults(finding) and not entry and _is_any_unknown(doubts))
    )


def _letters(name: object) -> str:
    """Return what an id that may not be, and the one that was meant, have in common."""
    last = str(name).rpartition(".")[2] if isinstance(name, str) else ""
    plain = normalize("NFKD", last[:MAX_TASK_ID]).casefold()
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


def _is_any_unknown(doubts: _Doubts) -> bool:
    """Return whether some entry may be of another kind than it seems, or is not there."""
    return any(doubts.of[what] for what in ("missing", "kind", "id"))


def _is_of_defaults(finding: Problem) -> bool:
    """Return whether this is said of shared values if the operators that take them are unknown."""
    is_unused = finding.code == Code.BAD_DEFAULTS and finding.severity is Severity.WARNING
    return is_unused or finding.code == Code.WRONG_KIND


def _says_kind(finding: Problem) -> bool:
    """Return whether this is what raises the doubt about the kind of an entry."""
    return finding.code in {Code.MISSING_KEY, Code.OTHER_TASK_TYPE} and finding.path[-1] in _KIND


def _next_entry(entry: Path) -> Path:
    """Return the entry behind this one."""
    return (*entry[:-1], int(entry[-1]) + 1) if entry else ()


def _one_each(findings: Sequence[Problem]) -> Iterator[Problem]:
    """Yield what is said of a value once, and of an entry that runs into another only the first."""
    best: dict[Path, int] = {}
    for each in findings:
        if each.code in _RANK:
            rank = _RANK[Code(each.code)]
            best[each.path] = min(rank, best.get(each.path, rank))
    torn: set[Path] = set()
    is_open = False
    for each in findings:
        entry, key, _ = _parts(each.path)
        is_of_reader = each.code in _NOT_READ and not each.document
        is_torn = is_of_reader or (each.code in _TORN and key in _TORN[Code(each.code)])
        if each.code in _RANK and _RANK[Code(each.code)] != best[each.path]:
            continue
        if (is_of_reader and is_open) or (is_torn and entry in torn):
            continue
        is_open |= is_of_reader and each.message.endswith("never closed")
        if is_torn and entry:
            torn.add(entry)
        yield each


def _with_hint(finding: Problem, doubts: _Doubts) -> Problem:
    """Return a finding with the hint that fits what stands around it."""
    entry, key, is_at_entry = _parts(finding.path)
    if finding.document:
        return finding
    if finding.code in _EMPTY and finding.path[:-1] in doubts.of["strange"]:
        return replace(finding, hint=f"indent the lines below it that belong to `{key}`")
    if finding.code == Code.DUPLICATE_KEY and entry and is_at_entry:
        hint = "remove one of them; if another entry begins here, write `- ` before its first key"
        return replace(finding, hint=hint)
    return finding


def _parts(path: Path) -> tuple[Path, str, bool]:
    """Return the entry that a path leads into, the key there, and whether it ends at that key.

    The entry is empty for what is about the DAG itself.
    """
    end = 0
    while path[end : end + 1] == ("tasks",) and isinstance((*path, "")[end + 1], int):
        end += 2
    key = str(path[end]) if len(path) > end else ""
    return path[:end], key, len(path) == end + 1
