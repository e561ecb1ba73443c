"""Search of the catalogue: which operators have a word in their names or descriptions."""

from __future__ import annotations

import json
from functools import lru_cache
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
    scored = [(_scores(match, words), match) for match in _all(place)]
    hits = [(scores, match) for scores, match in scored if scores is not None]
    hits.sort(key=lambda hit: (max(hit[0], default=0), sum(hit[0]), hit[1].name, hit[1].path))
    matches = [match for _, match in hits if _is_in(match, place, versions)]
    if matches or not words:
        return matches
    named = [match for name in near_operators(word) for match in _all(place) if match.name == name]
    return [match for match in named if _is_in(match, place, versions)]


def _is_in(match: Match, target: str, versions: Mapping[str, str]) -> bool:
    if match.provider not in versions:
        return True
    return isinstance(at_path(match.path, target, versions), Operator)


def provider_names() -> tuple[str, ...]:
    """Return the short names of the providers that have operators, Airflow itself among them."""
    return ("airflow", *(name for name, facts in known_providers().items() if facts["classes"]))


def _scores(match: Match, words: list[str]) -> list[int] | None:
    """Return how well each word fits (0 is best), or None where one does not."""
    scores = [_score_of(match, word) for word in words]
    known = [score for score in scores if score is not None]
    return known if len(known) == len(scores) else None


def _score_of(match: Match, word: str) -> int | None:
    name = match.name.casefold()
    if name == word or short_name(word) == match.provider:
        return 0
    if word in name:
        return 1 if name.startswith(word) else 2
    if word in match.path.casefold():
        return 3
    return 4 if word in match.doc.casefold() else None


@lru_cache(maxsize=4)
def _all(target: str) -> tuple[Match, ...]:
    """Return all operators of a target; a server is asked for the same few."""
    providers = [facts for name in provider_names() if (facts := provider(name)) is not None]
    return tuple(match for facts in providers for match in _of_provider(facts, target))


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
