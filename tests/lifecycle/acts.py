"""What is done with recorded DAGs, in a scene where each act leaves something to see.

For any place, embedded or on Supabase: before an act there is `orders` with two versions, and
`other`, whose spec file is gone (for a prune). After a fault and one further command all is as it
was before the act, or as it is after it, and every version is still there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagctl.paths import TEMPORARY

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl import Client
    from dagctl.operation.backend import Silence

KINDS = ("removal", "restore", "rollback", "rename", "prune", "edit", "import")
"""What is an operation: it has a journal."""
SPEC = "specs/orders.yaml"
BEFORE = {
    "removal": {"orders": 2, "other": 1},
    "restore": {"other": 1},
    "rollback": {"orders": 2, "other": 1},
    "rename": {"orders": 2, "other": 1},
    "prune": {"orders": 2, "other": 1},
    "edit": {"orders": 2, "other": 1},
    "import": {"other": 1},
    "pull": {"orders": 2, "other": 1},
}
AFTER = {
    "removal": {"other": 1},
    "restore": {"orders": 4, "other": 1},
    "rollback": {"orders": 3, "other": 1},
    "rename": {"sales": 1, "other": 1},
    "prune": {"orders": 3},
    "edit": {"orders": 3, "other": 1},
    "import": {"orders": 2, "other": 1},
    "pull": {"orders": 2, "other": 1},
}
TEXTS = {
    "removal": ("two", "two"),
    "restore": (None, "two"),
    "rollback": ("two", "one"),
    "rename": ("two", "dag_id: sales"),
    "prune": ("three", "three"),
    "edit": ("two", "edited"),
    "import": (None, "two"),
}
"""What the spec file holds before and after; None: there is none."""
ACTIONS = {
    "removal": "delete",
    "restore": "restore",
    "rollback": "rollback",
    "rename": "rename",
    "prune": "update",
    "edit": "update",
    "import": "update",
}
"""What the newest version of `orders` is called after it."""


def give(command: str, place: Any, again: Callable[[], object]) -> None:  # noqa: ANN401 - two kinds
    """Give one further command; all but three words stand for the act itself, once more."""
    match command:
        case "recover":
            place.recover()
        case "list":
            place.records()
        case "create":
            with place.open() as client:
                client.create(place.spec("specs/new.yaml", "New"))
        case _:
            again()


@dataclass(frozen=True)
class Act:
    """One act in a place."""

    place: Any
    """A workspace of `tests/e2e` or of `tests/supabase`: both have the same helpers."""
    kind: str
    fewest: int = 20
    """It changes the disk more often than this."""

    def prepare(self) -> Act:
        """Make what is there before it."""
        place = self.place
        spec, other = place.spec(SPEC), place.spec("specs/other.yaml", "Other")
        with place.open() as client:
            client.create([spec, other])
            client.create(place.spec(SPEC, word="two"))
            if self.kind == "import":
                with self.archive.open("w+b") as file:
                    client.export(file)
            if self.kind in {"restore", "import"}:
                client.remove("orders")
            if self.kind == "import":
                client.purge("orders")
        place.git("add", "specs")
        place.git("commit", "-qm", "Specs", "--", "specs")
        other.unlink()
        if self.kind in {"restore", "import"}:
            spec.unlink()
        if self.kind == "prune":
            place.spec(SPEC, word="three")
        return self

    @property
    def archive(self) -> Path:
        """What is imported; it goes with each copy of the place."""
        return Path(self.place.root, ".git", "dags.zip")

    def do(self, listener: Silence | None = None) -> None:
        with self.place.open(listener) as client:
            self.call(client)

    def call(self, client: Client, on_result: Callable[[object], None] | None = None) -> None:
        match self.kind:
            case "removal":
                client.remove("orders", on_result=on_result)
            case "restore":
                client.restore("orders", on_result=on_result)
            case "rollback":
                client.rollback("orders", 1, on_result=on_result)
            case "rename":
                client.rename("orders", "sales", on_result=on_result)
            case "edit":
                draft = client.draft("orders")
                text = draft.content.replace(b"two", b"edited")
                client.publish(draft, text, on_result=on_result)
            case "import":
                with self.archive.open("rb") as file:
                    client.import_archive(file, if_exists="skip", on_result=on_result)
            case _:
                specs = self.place.root / "specs"
                client.create(specs / "orders.yaml", prune=[specs], on_result=on_result)

    # --- What is true ---

    def is_done(self) -> bool:
        """Return whether it has happened; whatever was, it did so wholly or not at all."""
        versions = {record.dag_id: record.version for record in self.place.records()}
        versions.pop("new", None)  # what another command made meanwhile
        assert versions in (BEFORE[self.kind], AFTER[self.kind])
        return versions == AFTER[self.kind]

    def check(self) -> bool:
        """Check that all agree and nothing is lost; return whether it has happened."""
        self.place.check_agreement()
        is_done = self.is_done()
        self._check_history(is_done=is_done)
        text = TEXTS[self.kind][is_done]
        file = self.place.root / SPEC
        assert file.exists() if text else not file.exists()
        assert text is None or text in file.read_text()
        return is_done

    def _check_history(self, *, is_done: bool) -> None:
        """Check that no version is lost; what is imported has none before."""
        is_there = is_done or self.kind != "import"
        with self.place.open() as client:
            for dag_id in ("orders", "other") if is_there else ("other",):
                versions = [entry.version for entry in client.history(dag_id).entries]
                numbers = [version.version for version in versions]
                assert numbers == list(range(len(numbers), 0, -1))
            if not is_there:
                return
            texts = [client.version("orders", number).spec_text or "" for number in (1, 2)]
            assert [text.split()[-1] for text in texts] == ["one", "two"]
            newest = client.history("orders").entries[0].version.action
        assert not is_done or newest == ACTIONS[self.kind]

    def check_nothing_left(self) -> None:
        """Check that what could not be done has left nothing half done."""
        self.place.check_agreement()

    def check_one_command(self, command: str) -> None:
        """Give one further command, and check; then bring the act to its end."""
        give(command, self.place, self.do)
        if command == "list":
            self._forget_half_an_entry()
        is_done = self.check()
        assert is_done or command != "again"
        if not is_done:
            self.do()
            assert self.check()

    def _forget_half_an_entry(self) -> None:
        """Remove what is no entry of the journal yet: who merely reads lets it lie."""
        for file in (self.place.root / ".git/dagctl/top/journal").glob(f"{TEMPORARY}*"):
            file.unlink()


class Pull(Act):
    """`pull` in a clone that lacks files, or has them of an older version; it has no journal.

    On a project the files of `orders` are those of its first version. A registry in the clone
    follows the files, so there they are gone. Those of `other` are gone in both.
    """

    FILES = (SPEC, "dags/orders.py", "specs/other.yaml", "dags/other.py")

    def __init__(self, place: Any) -> None:  # noqa: ANN401 - as in `Act`
        super().__init__(place, "pull", fewest=9)

    @cached_property
    def kept(self) -> Path:
        """Where the contents before and after lie: a folder that goes with each copy."""
        return Path(self.place.root, ".git", "pull")

    def prepare(self) -> Pull:
        place = self.place
        specs = [place.spec(SPEC), place.spec("specs/other.yaml", "Other")]
        with place.open() as client:
            client.create(specs)
        self._keep("first")
        with place.open() as client:
            client.create(place.spec(SPEC, word="two"))
        place.git("add", "specs")
        place.git("commit", "-qm", "Specs", "--", "specs")
        self._keep("after")
        for path in self.FILES:
            (place.root / path).unlink()
        if hasattr(place, "stand_in"):
            for path in self.FILES[:2]:
                (place.root / path).write_bytes((self.kept / "first" / path).read_bytes())
        self._keep("before")
        return self

    def _keep(self, name: str) -> None:
        for path in self.FILES:
            kept = self.kept / name / path
            kept.parent.mkdir(parents=True, exist_ok=True)
            content = self._content(self.place.root / path)
            if content is not None:
                kept.write_bytes(content)

    @staticmethod
    def _content(file: Path) -> bytes | None:
        return file.read_bytes() if file.exists() else None

    def call(self, client: Client, on_result: Callable[[object], None] | None = None) -> None:
        pulled = client.pull()
        if on_result is not None:
            on_result(pulled)

    def is_done(self) -> bool:
        """Return whether all files are new; each is whole, and no DAG file before its spec."""
        versions = {record.dag_id: record.version for record in self.place.records()}
        versions.pop("new", None)
        assert versions == BEFORE[self.kind]
        is_new = []
        for path in self.FILES:
            now = self._content(self.place.root / path)
            before, after = (self._content(self.kept / n / path) for n in ("before", "after"))
            assert now in (before, after)
            is_new.append(now == after)
        for spec, file in (is_new[:2], is_new[2:]):
            assert spec or not file
        return all(is_new)

    def check(self) -> bool:
        is_done = self.is_done()
        if is_done:
            self.place.check_agreement()
            left = [f for top in ("specs", "dags") for f in (self.place.root / top).iterdir()]
            assert not [file for file in left if file.name.startswith(TEMPORARY)]
        return is_done

    def check_nothing_left(self) -> None:
        self.is_done()

    def check_one_command(self, command: str) -> None:
        give(command, self.place, self.do)
        is_done = self.is_done()
        assert is_done or command != "again"
        self.do()  # what a killed run has left beside the files goes, too
        assert self.check()
        with self.place.open() as client:
            created = client.create([self.place.root / path for path in self.FILES[::2]])
        assert {dag.state for dag in created.dags} == {"unchanged"}


EVERY = (*KINDS, "pull")


def act_of(place: Any, kind: str) -> Act:  # noqa: ANN401 - as in `Act`
    """Return the act of a kind; `pull` is one, too."""
    return Pull(place) if kind == "pull" else Act(place, kind)


COMMANDS = ("recover", "list", "create", "again")
