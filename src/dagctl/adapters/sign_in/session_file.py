"""The `SessionStore` in a file of the user's: one per URL and profile, which only the user reads.

The file and its folder are checked each time. What others could have written is not used; a file
that cannot be used is kept aside before a login writes a new one.
"""

from __future__ import annotations

import errno
import json
import os
import shlex
import stat
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from dagctl import durable
from dagctl.durable import CREATE
from dagctl.errors import DagctlError, NotSignedInError, UnavailableError
from dagctl.next_step import LOGIN, Command, Fix, again
from dagctl.paths import TEMPORARY
from dagctl.session.refusal import LOG_IN
from dagctl.session.session import END_OF_TIME, Session, User

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FOLDER = "sessions"
VERSION = 1
LIMIT = 65_536
"""How many bytes a session file may have; a real one has about 2,000."""
LOCK_WAIT = 30.0
"""Seconds to wait for another process that renews the session."""
POLL = 0.02
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
OTHERS = stat.S_IRWXG | stat.S_IRWXO
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
BAD = ".bad"
"""The suffix of a file that was kept aside."""
MOST_KEPT = 9
"""How many such files are kept; the last one is written over."""

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Vault(Protocol):
    """Keeps refresh tokens where the system keeps passwords."""

    def get(self, name: str) -> str:
        """Return the token kept under a name.

        Raises:
            UnavailableError: It does not answer, or has none.
        """

    def put(self, name: str, token: str) -> None:
        """Keep a token.

        Raises:
            UnavailableError: It does not answer.
        """

    def drop(self, name: str) -> None:
        """Forget a token, if there is one."""


class SessionFile:
    """The session of one URL and profile, with a lock file beside it.

    Whether the refresh token is in the file or in the vault is remembered in the file.
    """

    def __init__(
        self, state: Path, url: str, profile: str, open_vault: Callable[[], Vault]
    ) -> None:
        """Name the file.

        Args:
            state: The folder of the user's that has what dagctl keeps.
            url: The URL that the session belongs to.
            profile: The name that distinguishes several sessions of one URL.
            open_vault: Opens the vault, where one is needed.
        """
        self._url = url
        self._state = state
        self.profile = profile
        self._stem = _stem(url, profile)
        self._name = f"{self._stem}.json"
        self._path = state / FOLDER / self._name
        self._open_vault = open_vault
        self.notes: list[str] = []
        """What was put right on the way, for the user."""

    @property
    def place(self) -> str:
        """The path of the file."""
        return str(self._path)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the session for the length of the block; the lock dies with its process."""
        with self._folder():
            pass
        lock = FileLock(self._path.with_suffix(".lock"), mode=PRIVATE_FILE)
        with durable.explained(lock.lock_file):
            try:
                lock.acquire(timeout=LOCK_WAIT, poll_interval=POLL)
            except Timeout as error:
                raise UnavailableError(
                    f"another dagctl has been renewing the session for {LOCK_WAIT:.0f} s",
                    hint=again("wait for it to end"),
                ) from error
        try:
            yield
        finally:
            lock.release()

    def load(self) -> Session | None:
        """Return the session, or None if there is none."""
        document = self._document()
        return None if document is None else self._session(document)

    def refresh_token(self, session: Session) -> str:
        """Return the refresh token, from the keyring if it is there."""
        return session.refresh_token or self._open_vault().get(self._stem)

    def save(self, session: Session) -> Session:
        """Keep the session; return it as it is kept."""
        was_in_vault = self._is_in_vault()
        kept = self._deposited(session)
        self._keep_bad_one_aside()
        self._write(_text(kept).encode())
        if was_in_vault and (kept.ended is not None or not kept.in_keyring):
            self._open_vault().drop(self._stem)
        return kept

    def is_there(self) -> bool:
        """Return whether there is the file, one kept aside, or one not written to its end."""
        names = (self._name, TEMPORARY + self._name, *self._names_aside())
        return any(_is_there(self._path.with_name(name)) for name in names)

    def delete(self) -> None:
        """Remove the file, whatever it is, those kept aside, and what the vault holds."""
        was_in_vault = self._is_in_vault()
        with durable.explained(self.place), self._folder() as folder:
            durable.clear(folder, self._name)
            durable.remove(folder, self._name)
            for name in self._names_aside():
                with suppress(IsADirectoryError):
                    durable.remove(folder, name)
            os.fsync(folder)
        if was_in_vault:
            self._open_vault().drop(self._stem)

    # --- Inside ---

    def _is_in_vault(self) -> bool:
        """Return whether what is kept says that the vault holds the refresh token."""
        try:
            document = self._document()
        except DagctlError:  # whatever it is, it goes
            return False
        return document is not None and document.get("in_keyring") is True

    def _deposited(self, session: Session) -> Session:
        """Give the refresh token to the vault, if it is wanted there and taken."""
        if not session.in_keyring or not session.refresh_token:
            return session
        try:
            self._open_vault().put(self._stem, session.refresh_token)
        except UnavailableError:
            return replace(session, in_keyring=False)
        return session

    @contextmanager
    def _folder(self) -> Iterator[int]:
        """Open the folder; make it, and make it private, if it is not."""
        place = self._path.parent
        was_there = place.exists()
        with (
            durable.explained(str(place)),
            _not_linked(place),
            durable.folder(self._state, [FOLDER], make=True) as folder,
        ):
            mode = self._checked_mode(folder)
            if mode & OTHERS:
                os.fchmod(folder, PRIVATE_FOLDER)
            if mode & OTHERS_WRITE and was_there:
                self.notes.append(f"others could write in {place} (mode {mode:04o}): now only you")
            yield folder

    def _checked_mode(self, folder: int) -> int:
        """Return the mode of the folder, which must be the user's own."""
        status = os.fstat(folder)
        if status.st_uid != os.geteuid():
            raise _foreign(self._path.parent, "belongs to another user")
        return stat.S_IMODE(status.st_mode)

    def _keep_bad_one_aside(self) -> None:
        """Rename a file that cannot be used, so that its new content does not replace it."""
        try:
            self.load()
        except DagctlError as error:
            aside = next(name for name in self._names_aside() if self._is_free_or_last(name))
            with durable.explained(self.place), self._folder() as folder:
                os.rename(self._name, aside, src_dir_fd=folder, dst_dir_fd=folder)
                _make_private(folder, aside)
            self.notes.append(f"{error.message}; it is kept as {self._path.with_name(aside)}")

    def _names_aside(self) -> list[str]:
        return [f"{self._name}{BAD}{number or ''}" for number in range(MOST_KEPT)]

    def _is_free_or_last(self, name: str) -> bool:
        is_there = os.path.lexists(self._path.with_name(name))
        return not is_there or name == self._names_aside()[-1]

    def _document(self) -> dict[str, Any] | None:
        """Return what the file says, or None if there is none."""
        data = self._read()
        if data is None:
            return None
        try:
            document = json.loads(data)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict) or document.get("version") != VERSION:
            raise self._damaged()
        return document

    def _session(self, document: dict[str, Any]) -> Session:
        try:
            session = _parsed(document)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise self._damaged() from None  # its text may hold a token
        if session.url != self._url:
            raise NotSignedInError(
                f"{self._path} holds a session of {session.url}, which is sent to no other server",
                hint=LOG_IN,
            )
        return session

    def _damaged(self) -> NotSignedInError:
        return NotSignedInError(f"{self._path} is damaged: no session can be read", hint=LOG_IN)

    def _read(self) -> bytes | None:
        try:
            with _not_linked(self._path.parent), durable.folder(self._state, [FOLDER]) as folder:
                mode = self._checked_mode(folder)
                if mode & OTHERS_WRITE:
                    raise _open_to_others(self._path.parent, mode)
                descriptor = os.open(self._name, _READ, dir_fd=folder)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise _untrusted(self._path, "is a symbolic link") from error
            raise UnavailableError(f"cannot read {self._path}: {error.strerror}") from error
        try:
            self._check(os.fstat(descriptor))
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                return file.read(LIMIT)
        finally:
            os.close(descriptor)

    def _check(self, status: os.stat_result) -> None:
        """Refuse a file that others may have written or read."""
        if not stat.S_ISREG(status.st_mode):
            raise _untrusted(self._path, "is not a regular file")
        if status.st_uid != os.geteuid():
            raise _untrusted(self._path, "belongs to another user")
        mode = stat.S_IMODE(status.st_mode)
        if mode & OTHERS:
            raise _untrusted(self._path, f"can be read by others (mode {mode:04o})")
        if status.st_size > LIMIT:
            raise self._damaged()

    def _write(self, data: bytes) -> None:
        temporary = TEMPORARY + self._name
        with durable.explained(self.place), self._folder() as folder:
            durable.remove(folder, temporary)
            descriptor = os.open(temporary, CREATE, PRIVATE_FILE, dir_fd=folder)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(descriptor)
                os.rename(temporary, self._name, src_dir_fd=folder, dst_dir_fd=folder)
            finally:
                durable.remove(folder, temporary)
            os.fsync(folder)


def _is_there(path: Path) -> bool:
    """Return whether something stands there; what cannot be looked at may."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def _stem(url: str, profile: str) -> str:
    """Return the name of a URL and a profile: one per pair, and safe in every file system."""
    parts = urlsplit(url)
    host = (parts.hostname or "").replace(":", "-")
    return "_".join((parts.scheme, host, str(parts.port or "default"), profile))


def _text(session: Session) -> str:
    fields = asdict(session) | {"version": VERSION}
    if session.in_keyring:
        fields["refresh_token"] = ""
    return json.dumps(fields, indent=1)


def _parsed(document: dict[str, Any]) -> Session:
    """Return the session of a document; any error means that it is none."""
    user, roles = document["user"], document["roles"]
    session = Session(
        url=document["url"],
        user=User(user["id"], user["email"]),
        access_token=document["access_token"],
        refresh_token=document["refresh_token"],
        expires_at=float(document["expires_at"]),
        lifetime=float(document["lifetime"]),
        ended=document["ended"],
        roles=roles,
        in_keyring=document["in_keyring"] is True,
        began_at=_moment(document.get("began_at")),
    )
    sent = (session.url, session.access_token, session.refresh_token)
    texts = (*sent, *user.values(), *roles, *roles.values(), session.ended or "")
    if not all(isinstance(text, str) for text in texts) or not all(map(_is_plain, sent)):
        raise TypeError
    if not 0 <= session.expires_at < END_OF_TIME:
        raise ValueError
    return session


def _moment(value: Any) -> float | None:  # noqa: ANN401 - whatever JSON holds
    """Return a point in time that a calendar has, or None."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < END_OF_TIME else None


def _is_plain(text: str) -> bool:
    """Return whether the text can stand in a header as it is."""
    return text.isascii() and (text.isprintable() or not text)


def _make_private(folder: int, name: str) -> None:
    """Let only the user read a file that may hold a token; what is no file of the user's stays."""
    with suppress(OSError):
        descriptor = os.open(name, _READ, dir_fd=folder)
        try:
            os.fchmod(descriptor, PRIVATE_FILE)
        finally:
            os.close(descriptor)


def _open_to_others(folder: Path, mode: int) -> NotSignedInError:
    return NotSignedInError(
        f"others can write in {folder} (mode {mode:04o}): the session is not used",
        hint=f"chmod 700 {shlex.quote(str(folder))}",
    )


@contextmanager
def _not_linked(folder: Path) -> Iterator[None]:
    """Say what to do about a link, or a file, in the place of the folder that the block opens."""
    try:
        yield
    except NotADirectoryError as error:
        raise _foreign(folder, "is a link or no folder") from error


def _foreign(folder: Path, why: str) -> NotSignedInError:
    """Return the error about a folder that no command of dagctl changes or removes."""
    return NotSignedInError(
        f"{folder} {why}: the session is not used",
        hint=Fix(f"move {shlex.quote(str(folder))} away, then ", LOGIN),
    )


def _untrusted(path: Path, why: str) -> NotSignedInError:
    return NotSignedInError(
        f"{path} {why}: the session is not used",
        hint=Fix(Command("logout"), ", then ", LOGIN),
    )
