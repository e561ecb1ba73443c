"""Which name was probably meant. Linear in the number of names, whatever the word is."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from typing import TYPE_CHECKING

from dagctl.operators.package_data import keys

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_LONGEST = 100
"""Characters that are compared; no name of the catalogue is longer."""
_CUTOFF = 0.75
"""How alike a parameter's name must be; measured on misspelt parameters of real DAGs."""
_MISSPELT = 0.85
"""How alike a name is that is misspelt, and does not only have some words in common."""
_COMPARED = 20
"""Operators that are compared letter by letter: those with the most parts in common."""
_MOST = 3
"""Operators that are named as near ones."""
_SHORT = 5
"""Letters from which on the begin of a name may stand for it: `task_def`."""
_PART = 3
"""Letters of a part."""
_OTHER_WORDS = {
    "app": ("application",),
    "args": ("arguments", "op_args"),
    "body": ("html_content", "data", "message"),
    "bucket": ("bucket_name", "s3_bucket"),
    "cmd": ("bash_command", "command", "commands", "cmds"),
    "command": ("cmds", "commands"),
    "config": ("configuration", "conf"),
    "configuration": ("conf",),
    "container": ("image",),
    "content": ("html_content", "data", "message"),
    "env": ("env_vars", "environment"),
    "env_vars": ("environment",),
    "envs": ("env_vars", "environment"),
    "event": ("payload",),
    "file": ("filepath", "file_path"),
    "function": ("python_callable",),
    "host": ("remote_host",),
    "message": ("html_content", "text"),
    "path": ("filepath", "file_path", "endpoint"),
    "payload": ("data", "json"),
    "query": ("sql", "configuration"),
    "recipients": ("to",),
    "script": ("bash_command",),
    "sql": ("configuration",),
    "statement": ("sql",),
    "text": ("message", "html_content"),
    "url": ("endpoint",),
    "verb": ("method",),
}
"""What other tools, and people, call a parameter: the names that it may have, the likely first."""


def near_parameter(word: str, names: Collection[str], needed: Collection[str] = ()) -> str | None:
    """Return the parameter that was probably meant, or None.

    A misspelt name comes first, then what other tools call it, then one that has all its words
    (`key` for `bucket_key`) or begins so, and at last any that looks like it.

    Args:
        word: What was written.
        names: The parameters that there are, the operator's own first.
        needed: Those without which the call is not complete.
    """
    if len(word) > _LONGEST:
        return None
    folded = _folded(word)
    by_folded = {_folded(name): name for name in reversed(list(names))}
    close = get_close_matches(folded, by_folded, n=1, cutoff=_CUTOFF)
    if close and _likeness(folded, close[0]) >= _MISSPELT:
        return by_folded[close[0]]
    return (
        next((name for name in _OTHER_WORDS.get(folded, ()) if name in names), None)
        or _of_the_same_words(folded, names, needed)
        or (by_folded[close[0]] if close else None)
    )


def _of_the_same_words(word: str, names: Collection[str], needed: Collection[str]) -> str | None:
    """Return the parameter that has all words of a name: a needed one, or `..._name`, `..._id`."""
    whole = word.removesuffix("_seconds")
    if whole != word and whole in names:
        return whole
    words = {*word.split("_")}
    longer = [name for name in names if words < {*name.split("_")}]
    ranks = (
        [name for name in longer if name in needed],
        [name for name in longer if name == f"{word}_name"],
        [name for name in longer if name == f"{word}_id"],
        longer,
        [name for name in names if len(word) >= _SHORT and name.startswith(word)],
    )
    first = next((rank for rank in ranks if rank), [])
    return first[0] if len(first) == 1 else None


def near_operators(word: str) -> list[str]:
    """Return the operators whose names are most alike, the nearest first."""
    if len(word) > _LONGEST:
        return []
    shared: Counter[str] = Counter()
    parts = _parts()
    for part in dict.fromkeys(_parts_of(word.casefold())):  # in order: what is as near stays so
        shared.update(parts.get(part, ()))
    ranked = [name for name, _ in shared.most_common(_COMPARED)]
    scored = sorted((-_likeness(word, name), name) for name in ranked)
    return [name for score, name in scored[:_MOST] if -score >= _CUTOFF]


@cache
def operator_names() -> tuple[str, ...]:
    """Return the short names of all operators."""
    return tuple(keys("_names"))


@cache
def _parts() -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for name in operator_names():
        for part in set(_parts_of(name.casefold())):
            index.setdefault(part, []).append(name)
    return index


def _parts_of(word: str) -> Iterator[str]:
    """Yield the parts of a name; its kind, which a thousand names share, says nothing."""
    stem = word.removesuffix("operator").removesuffix("sensor")
    padded = f"^{stem or word}$"
    return (padded[start : start + _PART] for start in range(len(padded) - _PART + 1))


def _likeness(word: str, name: str) -> float:
    return SequenceMatcher(None, word.casefold(), name.casefold(), autojunk=False).ratio()


def _folded(name: str) -> str:
    """Return a name in lower case, `camelCase` as `camel_case`."""
    return "".join(
        f"_{char}" if char.isupper() and index and name[index - 1].islower() else char
        for index, char in enumerate(name)
    ).casefold()
