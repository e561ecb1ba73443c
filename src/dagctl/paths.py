"""Which relative paths and keys may reach a disk. Pure.

A path may come from a stranger: a setting of a cloned repository, a row that a colleague wrote, an
entry of the journal. It is checked here, at each place where it is used.
"""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import quote

from dagctl.dag_file.file_name import file_name
from dagctl.errors import UsageError
from dagctl.patterns import lazy_pattern

TEMPORARY = ".dagctl-tmp-"
"""How the name of a file begins that is being written and has not got its real name yet."""

_IGNORED_BY_HFS = dict.fromkeys(
    [*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF]
)
"""Characters that the file system HFS+ leaves out of names (`is_hfs_dotgit` in git's utf8.c)."""

_BAD = frozenset("\0\n")
_REMOTE = lazy_pattern(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_FILE = lazy_pattern(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,250}\.py")

_IN_NO_PATH = lazy_pattern(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\\\\]"
)
_UPWARDS = lazy_pattern(r"^(\.\./)+")
_LONGEST_PATH = 1000
_LONGEST_ID = 250
"""As Airflow."""

_STATE = "dagctl"
"""The folder in the git folder (`git rev-parse --git-path dagctl`)."""
_TOP, _INNER = "top", "in"
"""Where the state of the workspace at the top of a work tree is, and that of those below it."""
_LONGEST_STATE = 200
"""Characters of a name; file systems take 255 bytes."""


def state_parts(prefix: str) -> tuple[str, ...]:
    """Return the names that lead from a git folder to the state of a workspace.

    Args:
        prefix: The workspace as seen from the top of its work tree: empty, or `teams/data/`.
    """
    inner = prefix.rstrip("/")
    if not inner:
        return _STATE, _TOP
    name = quote(inner, safe="", errors="surrogateescape")
    if len(name) > _LONGEST_STATE:
        name = sha256(name.encode()).hexdigest()
    return _STATE, _INNER, name


def id_or_empty(text: str) -> str:
    """Return an id as it may be asked for; what no DAG can have is empty, and so is no DAG's.

    A lone surrogate reaches no database, a NUL no PostgreSQL, a long name no file system.
    """
    return text if len(text) <= _LONGEST_ID and text.isprintable() else ""


def is_reserved(name: str) -> bool:
    """Return whether a file system may take this name for git's folder or dagctl's own.

    Besides upper case: NTFS drops spaces and dots at the end, cuts a stream off at `:`, and has the
    short name `git~1`; HFS+ ignores some characters. git refuses the same spellings.
    """
    plain = name.translate(_IGNORED_BY_HFS).partition(":")[0].rstrip(" .").casefold()
    return plain in {".git", "git~1", ".dagctl"}


def checked_parts(path: str) -> list[str]:
    """Return the parts of a relative path such as `dags/sales.py`.

    Raises:
        UsageError: The path is empty or absolute, or a part of it is empty, `.`, `..`, a temporary
            name, a spelling of `.git` or `.dagctl`, or holds a NUL or a line break.
    """
    parts = path.split("/")
    if any(
        part in {"", ".", ".."} or not _BAD.isdisjoint(part) or part.startswith(TEMPORARY)
        for part in parts
    ):
        raise UsageError(f"{path!a} is not a relative path below one folder")
    if any(map(is_reserved, parts)):
        raise UsageError(f"{path!a} leads into a folder that belongs to git or to dagctl")
    return parts


def is_path(path: str) -> bool:
    """Return whether `checked_parts` takes a path."""
    try:
        checked_parts(path)
    except UsageError:
        return False
    return True


def is_recorded_path(value: object) -> bool:
    """Return whether a value of a record or an archive is a path that dagctl may have written."""
    is_text = isinstance(value, str) and len(value) <= _LONGEST_PATH
    return is_text and not _IN_NO_PATH.search(str(value)) and is_path(str(value))


def is_recorded_dag_file(value: object) -> bool:
    """Return whether a value of a record or an archive is the path of a DAG file."""
    return is_recorded_path(value) and str(value).endswith(".py")


def is_recorded_source(value: object) -> bool:
    """Return whether a spec may have this path: it may stand beside the workspace."""
    return isinstance(value, str) and is_recorded_path(_UPWARDS.sub("", value))


def is_remote_name(name: str) -> bool:
    """Return whether `name` may be that of a git remote: no option, no address, no path."""
    is_ref = ".." not in name and not name.endswith((".", ".lock"))
    return _REMOTE.fullmatch(name) is not None and is_ref


def is_dag_path(path: str, dags_folder: str) -> bool:
    """Return whether `path` is `<dags_folder>/<name>.py`: the only files that dagctl writes."""
    folder, _, name = path.rpartition("/")
    return bool(folder) and folder == dags_folder and _FILE.fullmatch(name) is not None


def may_be_written(path: str, dags_folder: str, *, is_removal: bool) -> bool:
    """Return whether an operation may write a file; a hand-written one may only be removed.

    Such a file may have any name, and stand in a folder below the DAGs folder.
    """
    if is_dag_path(path, dags_folder):
        return True
    below = path.startswith(f"{dags_folder}/") and path.endswith(".py")
    return is_removal and below and is_path(path)


def is_spec_path(path: str) -> bool:
    """Return whether dagctl writes a spec to `path`, whatever a record says of it.

    It is a YAML or JSON file below the workspace, in no hidden folder: those are of other programs.
    """
    is_hidden = any(part.startswith(".") for part in path.split("/"))
    return is_path(path) and not is_hidden and path.endswith((".yaml", ".yml", ".json"))


def dag_path(dags_folder: str, dag_id: str) -> str:
    """Return where the file of a DAG stands in the workspace, whatever a record says."""
    return f"{dags_folder}/{file_name(dag_id)}"


def storage_key(project_id: str, path: str) -> str:
    """Return the key in the store of the DAG file at `path`."""
    return f"{project_id}/dags/{path.rpartition('/')[2]}"
