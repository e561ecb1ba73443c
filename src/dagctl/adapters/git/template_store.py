"""The `TemplateStore` port: files of a commit of a stranger's repository, kept for a workspace."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dagctl import durable
from dagctl.adapters.git.bounded import GitLimits, bounded
from dagctl.errors import RemoteUnavailableError
from dagctl.frozen import frozen
from dagctl.next_step import again

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagctl.adapters.git.git_program import GitAnswer
    from dagctl.durable import Location

FOLDER = "templates"
"""The folder in the state folder."""
MOST_FILES = 1_000
LARGEST = 400_000
"""Bytes of one file."""
MOST_BYTES = 16 << 20
"""Bytes of all files together."""
_PIN = "refs/dagctl/pin"
_SUFFIXES = (".yaml", ".yml")
_PLAIN = frozenset({"100644", "100755"})
"""Modes of regular files: no link, no folder, no submodule."""
_NOT_GIVEN = ("not our ref", "unadvertised object", "couldn't find remote ref")


class _Blob(NamedTuple):
    name: str
    id: str
    size: int


@frozen
class GitTemplateStore:
    """Fetches by git, and keeps in the state folder of a workspace."""

    state: Location
    limits: GitLimits = field(default_factory=GitLimits)

    def tip(self, address: str, ref: str) -> str:
        """Return the commit that a branch or tag stands at; see the port."""
        names = (f"refs/heads/{ref}", f"refs/tags/{ref}", f"refs/tags/{ref}^{{}}")
        with tempfile.TemporaryDirectory(prefix="dagctl-") as folder:
            answer = self._run(Path(folder), "ls-remote", "--quiet", "--", address, *names)
        if not answer.ok:
            raise _unavailable(address, answer)
        ids = dict(line.split("\t")[::-1] for line in answer.text.splitlines() if "\t" in line)
        tip = next((ids[name] for name in reversed(names) if name in ids), None)
        if tip is None:
            message = f"{address} has no branch and no tag {ref}"
            raise RemoteUnavailableError(message, hint="correct `ref` in dagctl.toml")
        return tip

    def files(self, address: str, commit: str, ref: str | None, folder: str) -> Mapping[str, bytes]:
        """Return the YAML files of a folder of a commit; see the port."""
        with tempfile.TemporaryDirectory(prefix="dagctl-") as temporary:
            place = Path(temporary)
            self._fetch(place, address, commit, ref)
            tree = f"{commit}^{{commit}}:{folder}"
            listed = self._run(place, "--git-dir=repo", "ls-tree", "-z", "-l", tree)
            if not listed.ok:
                where = f"the folder {folder}" if folder else "a folder"
                message = f"commit {commit[:7]} of {address} does not have {where}"
                raise RemoteUnavailableError(message, hint="correct `folder` in dagctl.toml")
            return self._contents(place, address, _checked(address, list(_blobs(listed.out))))

    def keep(self, name: str, content: bytes) -> None:
        """Keep what was fetched of a source; see the port."""
        place = self.state.below(FOLDER)
        with durable.explained(str(place.path)), place.opened(make=True) as folder:
            durable.replace(folder, f"{name}.json", content)

    def _fetch(self, place: Path, address: str, commit: str, ref: str | None) -> None:
        form = "sha256" if len(commit) > 40 else "sha1"  # noqa: PLR2004 - hex digits of SHA-1
        own = ("init", "--quiet", "--bare", "--template=", f"--object-format={form}", "repo")
        made = self._run(place, *own)
        if not made.ok:
            raise _unavailable(address, made)
        answer = self._fetched(place, "--depth=1", address, f"{commit}:{_PIN}")
        if not answer.ok and ref is not None and any(w in answer.error for w in _NOT_GIVEN):
            answer = self._fetched(place, "--no-tags", address, f"{ref}:{_PIN}")
        if not answer.ok:
            raise _unavailable(address, answer)
        if not self._run(place, "--git-dir=repo", "cat-file", "-e", f"{commit}^{{commit}}").ok:
            message = f"{address} has no commit {commit[:7]} in {ref or 'what it gives'}"
            raise RemoteUnavailableError(message, hint="correct `commit` in dagctl.toml")

    def _fetched(self, place: Path, option: str, address: str, what: str) -> GitAnswer:
        options = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
        own = ("--no-auto-maintenance", "--upload-pack=git-upload-pack", option)
        return self._run(place, "--git-dir=repo", "fetch", *options, *own, "--", address, what)

    def _contents(self, place: Path, address: str, blobs: Sequence[_Blob]) -> dict[str, bytes]:
        data = "".join(f"{blob.id}\n" for blob in blobs).encode()
        answer = self._run(place, "--git-dir=repo", "cat-file", "--batch", data=data)
        if not answer.ok:
            raise _unavailable(address, answer)
        contents, at = {}, 0
        for blob in blobs:
            at = answer.out.index(b"\n", at) + 1
            contents[blob.name] = answer.out[at : at + blob.size]
            at += blob.size + 1
        return contents

    def _run(self, place: Path, *arguments: str, data: bytes = b"") -> GitAnswer:
        asks = sys.stdin is not None and sys.stdin.isatty()
        return bounded(place, *arguments, limits=self.limits, data=data, asks=asks)


def _blobs(listing: bytes) -> Iterator[_Blob]:
    """Yield the regular YAML files of `ls-tree -z -l`."""
    for line in listing.split(b"\0")[:-1]:
        about, _, name = line.decode(errors="replace").partition("\t")
        mode, kind, oid, size = about.split()
        is_ours = name.endswith(_SUFFIXES) and name.isprintable() and not name.startswith(".")
        if mode in _PLAIN and kind == "blob" and is_ours:
            yield _Blob(name, oid, int(size))


def _checked(address: str, blobs: Sequence[_Blob]) -> Sequence[_Blob]:
    """Return the files, which are few and small.

    Raises:
        RemoteUnavailableError: They are not.
    """
    largest = max(blobs, key=lambda blob: blob.size, default=None)
    if largest is not None and largest.size > LARGEST:
        message = f"{largest.name} of {address} is larger than {LARGEST:,} bytes"
        raise RemoteUnavailableError(message, hint="a template is smaller: correct `folder`")
    if len(blobs) > MOST_FILES or sum(blob.size for blob in blobs) > MOST_BYTES:
        message = f"{address} has more than {MOST_FILES:,} templates, or {MOST_BYTES:,} bytes"
        raise RemoteUnavailableError(message, hint="name a smaller `folder` in dagctl.toml")
    return blobs


def _unavailable(address: str, answer: GitAnswer) -> RemoteUnavailableError:
    said = answer.error or f"git ended with status {answer.status}: it may be too large"
    return RemoteUnavailableError(
        f"the templates of {address} cannot be fetched: {said}",
        hint=again(f"see whether `git ls-remote {address}` works"),
    )
