"""What a Python program gives: ids and files of the right kind, else a message that says so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.client.calls import guarded
from dagctl.client.lifecycle import ids_of
from dagctl.commands.files.archive_file import reading, writing
from dagctl.commands.specs.given_specs import Judged, changes_of
from dagctl.commands.specs.load_spec import load_spec
from dagctl.errors import ConflictError, NotFoundError, UsageError
from tests.cli.conftest import GOOD

if TYPE_CHECKING:
    from collections.abc import Callable


def test_ids_are_one_text_or_several() -> None:
    assert ids_of("x") == ["x"]
    assert ids_of(("x", "y")) == ids_of(each for each in "xy") == ["x", "y"]


@pytest.mark.parametrize("given", [None, 1, b"x", Path("x"), ["x", None], [b"x"]])
def test_what_is_no_text_is_no_id(given: Any) -> None:  # noqa: ANN401 - of the wrong type
    with pytest.raises(UsageError, match="is no id of a DAG"):
        ids_of(given)


@pytest.mark.parametrize("act", [reading, writing])
@pytest.mark.parametrize("given", [None, 1, b"x.zip", ["x.zip"]])
def test_what_is_neither_path_nor_file_is_refused(given: Any, act: Callable[..., Any]) -> None:  # noqa: ANN401
    with pytest.raises(UsageError, match="is no file"), act(given):
        pass


@pytest.mark.parametrize(
    ("name", "hint"), [("dag.zip", "did you mean `{}/dags.zip`?"), ("q", "dagctl export -o FILE")]
)
def test_an_archive_that_is_not_there_may_have_another_name(
    tmp_path: Path, name: str, hint: str
) -> None:
    (tmp_path / "dags.zip").touch()
    with pytest.raises(NotFoundError, match="there is no file") as caught, reading(tmp_path / name):
        pass
    assert hint.format(tmp_path) in str(caught.value.hint)


class Broken:
    def __repr__(self) -> str:
        raise ValueError("no text of it")


@pytest.mark.parametrize("given", [b"x" * 9000, [("k", "password=hunter2hunter2 " * 99)], Broken()])
def test_what_is_wrong_is_named_by_its_type_and_beginning(given: Any, tmp_path: Path) -> None:  # noqa: ANN401
    acts: tuple[Callable[[], object], ...] = (
        lambda: ids_of([given]),
        lambda: changes_of([given], tmp_path),
        lambda: Calls().named(given),
        lambda: reading(given).__enter__(),
    )
    for act in acts:
        with pytest.raises(UsageError, match=type(given).__name__) as caught:
            act()
        assert len(caught.value.message) < 130
        assert "hunter2" not in caught.value.message


@guarded
class Calls:
    is_closed = False

    def named(self, dag_id: str) -> None:
        """Take an id."""


def test_a_spec_file_that_is_moved_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "orders.yaml"
    path.write_text(GOOD, "utf-8")
    spec = load_spec(path)
    assert [change.source for change in changes_of(Judged(spec), tmp_path)] == ["orders.yaml"]
    path.rename(tmp_path / "other.yaml")
    with pytest.raises(ConflictError, match=r"orders.yaml was moved or removed while it was read"):
        changes_of(Judged(spec), tmp_path)
    assert [change.source for change in changes_of(spec, tmp_path)] == [None]
