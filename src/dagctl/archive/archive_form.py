"""The form of an archive: its entries, its limits, and the values that cross them. Pure.

    manifest.json            what is in it: one item for each DAG, sorted by id
    dags/<file name>.py      the DAG file, as it is stored
    versions/<dag_id>.jsonl  the versions, one line each, the newest first

The manifest has the size and the SHA-256 of each other entry. There is no time, user, machine or
project in an entry's place or header: the same DAGs give the same bytes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dagctl.dag_file.file_name import file_name
from dagctl.errors import DagctlError, ExitCode
from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dagctl.next_step import Fix
    from dagctl.ports import VersionAction
    from dagctl.spec.inputs import Input
    from dagctl.target import Series

FORMAT = "dagctl archive"
SCHEMA_VERSION = 1
MANIFEST = "manifest.json"

MOST_DAGS = 20_000
"""DAGs in one archive: with two entries each it stays below the 65,535 of a plain zip."""
LARGEST_MANIFEST = 16 * 1024 * 1024
LARGEST_ITEM = 4096
"""Bytes of one DAG's item in it: two ids and a name, escaped, and two digests."""
LARGEST_DAG_FILE = 64 * 1024 * 1024
LONGEST_LINE = 16 * 1024 * 1024
"""Bytes of one version: the longest spec that is read from text, as data and as text, with room."""
MOST_VERSIONS = 1_000_000
"""Versions of one DAG."""
LARGEST = 3 * 1024**3
"""Bytes of an archive."""
LARGEST_UNPACKED = 8 * 1024**3
"""Bytes of all entries together, unpacked. They are never in memory or on disk at once."""
MOST_TIMES = 256
"""How many times its own size an archive may unpack to, beyond `ALWAYS`. Each line of a version has
about 100 bytes that no compression takes away (digests, commit), so that real archives stay far
below it."""
ALWAYS = 64 * 1024 * 1024
"""Bytes that even a small archive may unpack to."""

DAG_ID = lazy_pattern(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}", re.ASCII)
DIGEST = lazy_pattern(r"[0-9a-f]{64}", re.ASCII)
HIGHEST_VERSION = 2**31 - 1


class ArchiveError(DagctlError):
    """An archive is not as `dagctl export` writes it, or is larger than it may be."""

    code = "ARCHIVE_INVALID"
    exit_code = ExitCode.INVALID

    def __init__(self, message: str, *, hint: Fix | str | None = None) -> None:
        again = "take another copy of the archive, or export the DAGs again"
        super().__init__(message, hint=hint or again)


@frozen
class ArchiveLimits:
    """How much one archive may be, for a caller who may give less than the form allows."""

    archive: int = LARGEST
    """Bytes of the archive."""
    unpacked: int = LARGEST_UNPACKED
    """Bytes of all entries together, unpacked."""
    dags: int = MOST_DAGS


@frozen
class Checksum:
    """Size in bytes and SHA-256, in hex, of an entry as it is unpacked."""

    size: int
    digest: str


@frozen(kw_only=True)
class ArchivedDag:
    """One DAG in an archive: its item in the manifest."""

    dag_id: str
    base_name: str
    """The name that was asked for, before a number was added."""
    created_at: datetime
    created_by: str | None
    version: int
    """The number of its newest version."""
    versions: int
    """How many versions are in the archive."""
    file: Checksum
    history: Checksum

    @property
    def file_entry(self) -> str:
        """The name of the entry that holds the DAG file."""
        return file_entry(self.dag_id)

    @property
    def history_entry(self) -> str:
        """The name of the entry that holds the versions."""
        return history_entry(self.dag_id)


@frozen(kw_only=True)
class ArchivedVersion:
    """One version of a DAG in an archive: a line of its history."""

    version: int
    action: VersionAction
    renamed: str | None
    made_at: datetime
    made_by: str | None
    commit_id: str
    source: str | None
    """The path of the spec, relative to the workspace."""
    file_path: str
    airflow: Series
    spec: Mapping[str, Any]
    spec_text: str | None
    spec_digest: str
    content_digest: str
    inputs: tuple[Input, ...] = ()
    """What the spec was made of besides its text."""


def file_entry(dag_id: str) -> str:
    """Return the name of the entry that holds the DAG file."""
    return f"dags/{file_name(dag_id)}"


def history_entry(dag_id: str) -> str:
    """Return the name of the entry that holds the versions."""
    return f"versions/{dag_id}.jsonl"
