"""What a Python program gives: ids and files of the right kind, else a message that says so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.client.lifecycle import ids_of
from dagctl.commands.archive_file import reading, writing
from dagctl.errors import UsageError

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
