"""Items of the manifest and lines of a history as JSON, and back. Pure.

What is read back is checked value by value: it may come from a stranger.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args

from dagctl.archive.archive_form import (
    DAG_ID,
    DIGEST,
    FORMAT,
    HIGHEST_VERSION,
    LARGEST_DAG_FILE,
    LARGEST_UNPACKED,
    MOST_VERSIONS,
    SCHEMA_VERSION,
    ArchivedDag,
    ArchivedVersion,
    ArchiveError,
    Checksum,
)
from dagctl.paths import is_recorded_dag_file, is_recorded_source
from dagctl.patterns import lazy_pattern
from dagctl.ports import VersionAction
from dagctl.readers.text_findings import data_beyond_limits
from dagctl.spec.inputs import split, with_inputs
from dagctl.spec.model import digest_of
from dagctl.spec.schedule_line import as_text
from dagctl.spec.walk import raw_tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dagctl.ports import DagVersion

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
MOST_MARKS = 3_000_000
"""How often what separates values may stand in one JSON document, in its texts too: an empty list
is three bytes there, and twenty times as many in memory."""
_MARKS = (b",", b"[", b"{")
LONGEST_NAME = 320
LONGEST_DESCRIPTION = 100_000
MOST_TAGS = 10_000
LONGEST_TEXT = 8_000_000
"""Bytes of the text of a spec, as the database takes it."""
_COMMIT = lazy_pattern(r"([0-9a-f]{4,64})?", re.ASCII)
_SAID_OF_TIME = ("cron", "every", "timetable", "timezone")
_CONTROL = lazy_pattern("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


# --- Written ---


def manifest_bytes(dags: Iterable[ArchivedDag]) -> bytes:
    """Return the manifest."""
    items = [_item(dag) for dag in dags]
    data = {"format": FORMAT, "schema_version": SCHEMA_VERSION, "dags": items}
    return json.dumps(data, indent=1).encode("ascii") + b"\n"


def _item(dag: ArchivedDag) -> dict[str, Any]:
    return {
        "dag_id": dag.dag_id,
        "base_name": dag.base_name,
        "created_at": dag.created_at.astimezone(UTC).isoformat(),
        "created_by": dag.created_by,
        "version": dag.version,
        "versions": dag.versions,
        "file": {"size": dag.file.size, "sha256": dag.file.digest},
        "history": {"size": dag.history.size, "sha256": dag.history.digest},
    }


def version_line(version: DagVersion) -> bytes:
    """Return a version as a line of a history."""
    data = {
        "version": version.version,
        "action": version.action,
        "renamed": version.renamed,
        "made_at": version.updated_at.astimezone(UTC).isoformat(),
        "made_by": version.updated_by_name,
        "commit_id": version.commit_id,
        "source": version.source_path,
        "file_path": version.file_path,
        "airflow": version.airflow,
        "spec": with_inputs(version.spec, version.inputs),
        "spec_text": version.spec_text,
        "spec_digest": version.spec_digest,
        "content_digest": version.content_digest,
    }
    return json.dumps(data, separators=(",", ":")).encode("ascii") + b"\n"


# --- Read ---


def read_manifest(content: bytes, most: int) -> tuple[ArchivedDag, ...]:
    """Return the DAGs that a manifest lists.

    Raises:
        ArchiveError: It is not as dagctl writes it, of a later form, or lists more than `most`.
    """
    data = _object(content, "the manifest")
    if data.get("format") != FORMAT:
        raise ArchiveError("this zip is no archive of dagctl")
    if data.get("schema_version") != SCHEMA_VERSION:
        raise ArchiveError(
            f"the archive has schema version {data.get('schema_version')!a:.20}, and this dagctl "
            f"reads {SCHEMA_VERSION}",
            hint="update dagctl",
        )
    items = data.get("dags")
    if not isinstance(items, list) or not items:
        raise ArchiveError("the manifest lists no DAGs")
    if len(items) > most:
        raise ArchiveError(
            f"the archive has {len(items)} DAGs, and {most} are the most",
            hint="export them into several archives",
        )
    dags = tuple(map(_dag, items))
    ids = [dag.dag_id for dag in dags]
    if ids != sorted(ids) or len({dag_id.casefold() for dag_id in ids}) != len(ids):
        raise ArchiveError("the manifest lists a DAG twice, or is not sorted")
    return dags


def read_version(line: bytes, dag_id: str) -> ArchivedVersion:
    """Return the version that a line of a history holds.

    Raises:
        ArchiveError: It is not as dagctl writes it.
    """
    where = f"a version of `{dag_id}`"
    data = _object(line, where)
    values = {name: _value(data, name, check, where) for name, check in _OF_A_VERSION.items()}
    if data.keys() != values.keys():
        raise ArchiveError(f"{where} has other fields than dagctl writes")
    values["spec"], values["inputs"] = split(values["spec"])
    if data_beyond_limits(values["spec"]) or digest_of(values["spec"]) != values["spec_digest"]:
        raise ArchiveError(f"{where}: its spec has another digest than it says, or is too large")
    return ArchivedVersion(**{**values, "made_at": _time(values["made_at"])})


def _dag(item: object) -> ArchivedDag:
    if not isinstance(item, dict):
        raise ArchiveError("an item of the manifest is no object")
    dag_id = item.get("dag_id")
    where = f"the item of {dag_id!a:.80} in the manifest"
    values = {name: _value(item, name, check, where) for name, check in _OF_A_DAG.items()}
    if item.keys() != values.keys() or values["versions"] > values["version"]:
        raise ArchiveError(f"{where} is not as dagctl writes it")
    return ArchivedDag(
        **{
            **values,
            "created_at": _time(values["created_at"]),
            "file": _piece(values["file"]),
            "history": _piece(values["history"]),
        }
    )


def _piece(data: Mapping[str, Any]) -> Checksum:
    return Checksum(data["size"], data["sha256"])


def _object(content: bytes, where: str) -> dict[str, Any]:
    """Return a JSON object in which every text can be stored."""
    if sum(map(content.count, _MARKS)) > MOST_MARKS:
        raise ArchiveError(f"{where} has more values than dagctl writes")
    try:
        data = json.loads(content.decode("ascii"), parse_constant=_no_constant)
        if b"\\u" in content:  # half a pair of surrogates, or NUL
            json.dumps(data, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise ArchiveError(f"{where} is no JSON as dagctl writes it") from error
    if not isinstance(data, dict) or b"\\u0000" in content.replace(b"\\\\", b""):
        raise ArchiveError(f"{where} is no JSON as dagctl writes it")
    return data


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _value(data: Mapping[str, Any], name: str, check: Callable[[Any], bool], where: str) -> Any:  # noqa: ANN401 - of JSON
    value = data.get(name)
    if name not in data or not check(value):
        raise ArchiveError(f"{where}: {name} is not what dagctl writes")
    return value


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _is_number(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _fits(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _or_none(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or check(value)


def _is_time(value: object) -> bool:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
        return time is not None and time.tzinfo is not None and _time(str(value)) >= EARLIEST
    except (ValueError, OverflowError):
        return False


def _is_name(value: object) -> bool:
    return _is_line(value, LONGEST_NAME)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value.encode()) <= LONGEST_TEXT


def _is_spec(value: object) -> bool:
    """Return whether what a record shows of a spec is as a record has it."""
    if not isinstance(value, dict) or not isinstance(value.get("tasks"), list):
        return False
    tags = value.get("tags", [])
    return (
        _is_line(value.get("dag_name"), 200)
        and _is_line(value.get("owner", ""), 500)
        and isinstance(value.get("description", ""), str)
        and len(value.get("description", "")) <= LONGEST_DESCRIPTION
        and isinstance(value.get("project_id"), str | None)
        and isinstance(value.get("default_args") or {}, dict)
        and isinstance(tags, list)
        and len(tags) <= MOST_TAGS
        and all(_is_line(tag, 100) for tag in tags)
        and _has_schedule(value.get("schedule_interval"))
        and all(isinstance(task, dict) for _, task in raw_tasks(value))
    )


def _is_line(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest and not _CONTROL.search(value)


def _has_schedule(schedule: object) -> bool:
    if isinstance(schedule, dict):
        said = [schedule[key] for key in _SAID_OF_TIME if key in schedule]
        return all(isinstance(each, str) for each in said) and _is_line(as_text(schedule), 1000)
    return schedule is None or _is_line(schedule, 1000)


def _is_piece(largest: int) -> Callable[[Any], bool]:
    is_size, is_digest = _is_number(1, largest), _fits(DIGEST)
    return lambda value: (
        isinstance(value, dict)
        and value.keys() == {"size", "sha256"}
        and is_size(value["size"])
        and is_digest(value["sha256"])
    )


_OF_A_DAG: dict[str, Callable[[Any], bool]] = {
    "dag_id": _fits(DAG_ID),
    "base_name": _fits(DAG_ID),
    "created_at": _is_time,
    "created_by": _or_none(_is_name),
    "version": _is_number(1, HIGHEST_VERSION),
    "versions": _is_number(1, MOST_VERSIONS),
    "file": _is_piece(LARGEST_DAG_FILE),
    "history": _is_piece(LARGEST_UNPACKED),
}
_OF_A_VERSION: dict[str, Callable[[Any], bool]] = {
    "version": _is_number(1, HIGHEST_VERSION),
    "action": lambda value: isinstance(value, str) and value in get_args(VersionAction),
    "renamed": _or_none(_fits(DAG_ID)),
    "made_at": _is_time,
    "made_by": _or_none(_is_name),
    "commit_id": _fits(_COMMIT),
    "source": _or_none(is_recorded_source),
    "file_path": is_recorded_dag_file,
    "airflow": _fits(lazy_pattern("[23]")),
    "spec": _is_spec,
    "spec_text": _or_none(_is_text),
    "spec_digest": _fits(DIGEST),
    "content_digest": _fits(DIGEST),
}
