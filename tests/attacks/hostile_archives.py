"""Archives as an attacker changes them, from one that `export` wrote."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.archive.archive_form import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Callable

ID = "daily_orders"
FILE, HISTORY, MANIFEST = f"dags/{ID}.py", f"versions/{ID}.jsonl", "manifest.json"
Entries = dict[str, bytes]


def entries_of(archive: bytes) -> Entries:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def info(name: str, mode: int = 0o100644) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    made.compress_type, made.create_system, made.external_attr = 8, 3, mode << 16
    return made


def packed(entries: Entries, **modes: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, content in entries.items():
            made.writestr(info(name, modes.get(name.partition("/")[0], 0o100644)), content)
    return file.getvalue()


def true(entries: Entries) -> bytes:
    """Return an archive whose manifest has the right sizes and digests."""
    manifest = json.loads(entries[MANIFEST])
    for item in manifest["dags"]:
        for part, name in (("file", f"dags/{item['dag_id']}.py"), ("history", HISTORY)):
            content = entries.get(name, b"x")
            item[part] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return packed({**entries, MANIFEST: json.dumps(manifest).encode()})


def manifest(entries: Entries, change: Callable[[dict[str, Any]], None]) -> bytes:
    data = json.loads(entries[MANIFEST])
    change(data)
    return packed({**entries, MANIFEST: json.dumps(data).encode()})


def item(**changes: object) -> Callable[[Entries], bytes]:
    return lambda entries: manifest(entries, lambda data: data["dags"][0].update(changes))


def version(**changes: object) -> Callable[[Entries], bytes]:
    """Return what changes the newest version, with digests that fit."""

    def changed(entries: Entries) -> bytes:
        first, *rest = entries[HISTORY].splitlines()
        line = json.dumps({**json.loads(first), **changes}).encode()
        return true({**entries, HISTORY: b"\n".join([line, *rest]) + b"\n"})

    return changed


def spec(**changes: object) -> Callable[[Entries], bytes]:
    """Return what changes the newest spec, with all digests that fit."""

    def changed(entries: Entries) -> bytes:
        data = json.loads(entries[HISTORY].splitlines()[0])["spec"] | changes
        text = json.dumps(data, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).hexdigest()
        return version(spec=data, spec_digest=digest)(entries)

    return changed


def line(text: bytes) -> Callable[[Entries], bytes]:
    return lambda entries: true({**entries, HISTORY: text})


def renamed(old: str, new: str) -> Callable[[Entries], bytes]:
    return lambda entries: packed({new if n == old else n: c for n, c in entries.items()})


def patched(at: Callable[[bytes], int], form: str, value: int) -> Callable[[Entries], bytes]:
    """Return what writes a number into the bytes of a good archive."""

    def changed(entries: Entries) -> bytes:
        archive = bytearray(packed(entries))
        struct.pack_into(form, archive, at(bytes(archive)), value)
        return bytes(archive)

    return changed


def central(offset: int) -> Callable[[bytes], int]:
    return lambda archive: archive.index(b"PK\x01\x02") + offset


def end(offset: int) -> Callable[[bytes], int]:
    return lambda archive: archive.rindex(b"PK\x05\x06") + offset


def twice(entries: Entries) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, content in entries.items():
            made.writestr(info(name), content)
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr(info(FILE), b"evil")
    return file.getvalue()


def overlapping(entries: Entries) -> bytes:
    """Let two entries of the list be one and the same of the archive: the bomb of overlaps."""
    archive = bytearray(packed(entries))
    second = archive.index(b"PK\x01\x02", archive.index(b"PK\x01\x02") + 4)
    struct.pack_into("<L", archive, second + 42, 0)
    return bytes(archive)


def bomb(size: int) -> Callable[[Entries], bytes]:
    return lambda entries: true({**entries, HISTORY: b" " * size})


NESTED = b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n"
HOSTILE: dict[str, Callable[[Entries], bytes]] = {
    "empty": lambda _: b"",
    "no zip": lambda _: b"PK\x03\x04 but no more",
    "an empty zip": lambda _: packed({}),
    "cut off": lambda entries: packed(entries)[:-1],
    "cut in half": lambda entries: packed(entries)[: len(packed(entries)) // 2],
    "cut in front": lambda entries: packed(entries)[10:],
    "something before it": lambda entries: b"#!/bin/sh\n" + packed(entries),
    "something behind it": lambda entries: packed(entries) + b"x",
    "a comment": lambda entries: packed(entries)[:-2] + b"\x01\x00x",
    "another disk": patched(end(4), "<H", 1),
    "more entries than there are": patched(end(10), "<H", 60000),
    "fewer entries than there are": patched(end(8), "<L", 0x00020002),
    "a list that begins elsewhere": patched(end(16), "<L", 0),
    "an endless list": patched(end(12), "<L", 0xFFFFFFFE),
    "a zip64 inside of a name": lambda e: packed({**e, "dags/PK\6\7" + "A" * 16: b""}),
    "no manifest": lambda entries: packed({FILE: entries[FILE], HISTORY: entries[HISTORY]}),
    "a manifest that is no JSON": lambda entries: packed({**entries, MANIFEST: b"{"}),
    "a manifest in UTF-16": lambda e: packed(
        {**e, MANIFEST: e[MANIFEST].decode().encode("utf-16")}
    ),
    "a manifest of a list": lambda entries: packed({**entries, MANIFEST: b"[]"}),
    "a deep manifest": lambda entries: packed({**entries, MANIFEST: NESTED}),
    "a manifest of infinity": lambda e: packed({**e, MANIFEST: b'{"format":Infinity}'}),
    "a huge number": lambda e: packed({**e, MANIFEST: b'{"format":' + b"9" * 5000 + b"}"}),
    "another format": lambda e: manifest(e, lambda data: data.update(format="tar")),
    "a later form": lambda e: manifest(e, lambda data: data.update(schema_version=2)),
    "no DAGs": lambda e: manifest(e, lambda data: data.update(dags=[])),
    "a DAG twice": lambda e: manifest(e, lambda data: data["dags"].append(data["dags"][0])),
    "a DAG in capitals too": lambda e: manifest(
        e, lambda data: data["dags"].insert(0, {**data["dags"][0], "dag_id": ID.upper()})
    ),
    "an id with a path": item(dag_id="../../etc/cron"),
    "an id with a NUL": item(dag_id="a\0b"),
    "an id that is no text": item(dag_id=5),
    "a base name with a path": item(base_name="../x"),
    "a version below 1": item(version=0),
    "a version of 100 digits": item(version=10**100),
    "more versions than numbers": item(versions=9),
    "fewer versions than there are": item(versions=1),
    "another newest version": item(version=3),
    "a time without a zone": item(created_at="2024-01-01T00:00:00"),
    "a time that is none": item(created_at="yesterday"),
    "a time before its time": item(created_at="0001-01-01T00:00:00+14:00"),
    "an author in red": item(created_by="\x1b[31mroot"),
    "an author backwards": item(created_by="\u202eroot"),
    "an unknown field": item(extra=1),
    "a size that is not so": item(file={"size": 1, "sha256": "0" * 64}),
    "a digest of 5 digits": item(file={"size": 1, "sha256": "00000"}),
    "another digest": lambda e: manifest(
        e, lambda data: data["dags"][0]["history"].update(sha256="0" * 64)
    ),
    "an entry too many": lambda entries: packed({**entries, "dags/evil.py": b"x"}),
    "an entry outside": renamed(FILE, "../../evil.py"),
    "an absolute entry": renamed(FILE, "/etc/evil.py"),
    "an entry in .git": renamed(FILE, ".git/hooks/pre-commit"),
    "an entry with a backslash": renamed(FILE, "dags\\evil.py"),
    "an entry with a NUL": lambda e: packed(e).replace(b"orders.py", b"orders\0py"),
    "an entry in letters beyond ASCII": renamed(FILE, "dags/d\u0430ily_orders.py"),
    "an entry in capitals": renamed(FILE, FILE.upper()),
    "a folder": lambda entries: packed({**entries, "dags/": b""}),
    "a link": lambda entries: packed({**entries, FILE: b"/etc/passwd"}, dags=0o120777),
    "a device": lambda entries: packed(entries, dags=0o060666),
    "an entry twice": twice,
    "entries that overlap": overlapping,
    "an encrypted entry": patched(central(8), "<H", 1),
    "an entry with a descriptor": patched(central(8), "<H", 8),
    "another packing": patched(central(10), "<H", 12),
    "a packed size beyond the file": patched(central(20), "<L", 0x7FFFFFFF),
    "an unpacked size of gigabytes": patched(central(24), "<L", 0xFFFFFFF0),
    "another checksum": patched(central(16), "<L", 0),
    "another name at the entry": patched(lambda archive: archive.index(FILE.encode()), "<B", 88),
    "an extra field at the entry": patched(lambda _: 28, "<H", 4),
    "a bomb": bomb(ALWAYS + 1),
    "a line without end": lambda entries: true({**entries, HISTORY: entries[HISTORY][:-1]}),
    "an endless line": bomb(20 * 1024 * 1024),
    "no versions": line(b"\n"),
    "a deep version": line(NESTED),
    "many brackets": line(b"[" + b"[]," * 100_000 + b"1]\n"),
    "brackets without end": line(b"[" + b"[]," * 2_000_000 + b"1]\n"),
    "versions in disorder": lambda entries: true(
        {**entries, HISTORY: b"\n".join(reversed(entries[HISTORY].splitlines())) + b"\n"}
    ),
    "half a surrogate": version(made_by="\ud800"),
    "a NUL in a text": version(spec_text="a\0b"),
    "an unknown action": version(action="explode"),
    "an action that is a list": version(action=["create"]),
    "a true number": version(version=True),
    "a commit with options": version(commit_id="--upload-pack=x"),
    "a spec outside": version(source="specs/../../x.yaml"),
    "a spec in .git": version(source=".git/config"),
    "a file outside": version(file_path="../dags/x.py"),
    "a file in .git": version(file_path=".git/hooks/x.py"),
    "a file that is no Python": version(file_path="dags/x.sh"),
    "an unknown Airflow": version(airflow="9"),
    "another digest of a spec": version(spec_digest="0" * 64),
    "a spec that is a list": version(spec=[]),
    "tasks that are text": spec(tasks="rm"),
    "a task that is text": spec(tasks=["rm"]),
    "a name that reorders": spec(dag_name="a\u202eb"),
    "tags that are numbers": spec(tags=[1]),
    "a project that is a list": spec(project_id=[1]),
    "a project that is a number": spec(project_id=1),
    "defaults that are a list": spec(default_args=["owner"]),
    "a schedule of lists": spec(schedule_interval={"cron": [1]}),
    "a schedule that is a list": spec(schedule_interval=[1]),
    "a deep spec": spec(params=json.loads("[" * 80 + "]" * 80)),
    "an unknown field of a version": version(extra=1),
}
