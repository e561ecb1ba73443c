"""Search of the catalogue: which operators have a word in their names or descriptions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dagctl.frozen import frozen
from dagctl.operators.lookup import at_path
from dagctl.operators.model import NO_VERSIONS, Operator
from dagctl.operators.near import near_operators
from dagctl.operators.package_data import content, keys
from dagctl.operators.provider_file import known_providers, provider, short_name
from dagctl.operators.targets import release

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.operators.provider_file import Provider


@frozen
class Match:
    """An operator that a search has come upon."""

    name: str
    path: str
    kind: str
    provider: str
    deprecated: bool
    doc: str


def search(word: str, target: str, versions: Mapping[str, str] = NO_VERSIONS) -> list[Match]:
    """Return the operators of a target that a word is about, the best first.

    A word is a part of a class's name, of its import path, or of its description; an empty one
    means all. Several words must all be there. Where nothing matches, the near names do. Of a
    provider whose version is given, by its short name, only those that this version has count.

    Raises:
        ValueError: The target is no known version of Airflow.
    """
    place = release(target)
    words = word.casefold().split()
    every = [match for match in _all(place) if _is_in(match, place, versions)]
    scored = [(_score(match, words), match) for match in every]
    hits = [(score, match) for score, match in scored if score is not None]
    hits.sort(key=lambda hit: (hit[0], hit[1].name, hit[1].path))
    if hits or not words:
        return [match for _, match in hits]
    near = near_operators(word)
    return [match for name in near for match in every if match.name == name]


def _is_in(match: Match, target: str, versions: Mapping[str, str]) -> bool:
    if match.provider not in versions:
        return True
    return isinstance(at_path(match.path, target, versions), Operator)


def provider_names() -> tuple[str, ...]:
    """Return the short names of the providers that have operators, Airflow itself among them."""
    return ("airflow", *(name for name, facts in known_providers().items() if facts["classes"]))


def _score(match: Match, words: list[str]) -> int | None:
    """Return how well all words fit (0 is best), or None where one does not."""
    return max((_score_of(match, word) for word in words), default=0, key=_worst)


def _worst(score: int | None) -> int:
    return 9 if score is None else score


def _score_of(match: Match, word: str) -> int | None:
    name = match.name.casefold()
    if name == word or short_name(word) == match.provider:
        return 0
    if word in name:
        return 1 if name.startswith(word) else 2
    if word in match.path.casefold():
        return 3
    return 4 if word in match.doc.casefold() else None


def _all(target: str) -> Iterator[Match]:
    for name in provider_names():
        facts = provider(name)
        if facts is not None:
            yield from _of_provider(facts, target)


def _of_provider(facts: Provider, target: str) -> Iterator[Match]:
    bits = sum(1 << i for i, (place, _) in enumerate(facts.samples) if place == target)
    lines = content(facts.name).decode().splitlines()
    for path, text in (line.split("\t", 1) for line in lines[1:]):
        entry = json.loads(text)
        if bits & entry.get("in", bits) and entry["kind"] != "decorated":
            yield Match(
                name=path.rpartition(".")[2],
                path=path,
                kind=entry["kind"],
                provider=facts.name,
                deprecated="deprecated" in entry,
                doc=entry.get("doc", ""),
            )


def names_like(start: str) -> list[str]:
    """Return the class names that begin with some letters, for completion."""
    folded = start.casefold()
    return [name for name in keys("_names") if name.casefold().startswith(folded)]
