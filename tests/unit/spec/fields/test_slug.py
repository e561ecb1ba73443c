"""The id that a name makes, and the letters that it leaves out."""

from __future__ import annotations

import pytest

from dagctl.findings.codes import Code
from dagctl.spec.fields.slug import lost_letters, slug
from dagctl.spec.load import check_data

LOST = {
    "\u0430dmin": ("dmin", "\u0430"),  # a Cyrillic letter that looks like an `a`
    "Stra\xdfe 7": ("strae_7", "\xdf"),
    "\u65e5\u672c orders \u65e5": ("orders", "\u65e5\u672c"),
    "p\u0430yp\u0430l \u0661": ("pypl", "\u0430\u0661"),
}
KEPT = {
    "Caf\xe9 \xdcn\xefcode": "cafe_unicode",
    "orders \u2013 daily \U0001f680": "orders_daily",
    "\ufb01le \u2460 x\xb2": "file_1_x2",
}


def found(**fields: object) -> list[tuple[str, str]]:
    task = {"task_id": "a", "bash_command": "x"}
    checked = check_data({"tasks": [task], **fields})
    assert checked.spec is not None
    return [(each.code, each.message) for each in checked.diagnostics]


@pytest.mark.parametrize("name", LOST)
def test_a_letter_that_the_id_leaves_out_is_a_warning_with_the_id_and_the_letter(name: str) -> None:
    made, lost = LOST[name]
    assert (slug(name), lost_letters(name)) == (made, lost)
    ((code, message),) = found(dag_name=name)
    assert code == Code.LOST_LETTERS
    assert f"`{made}`" in message
    assert all(f"U+{ord(char):04X}" in message for char in lost)
    assert found(dag_name=name, dag_id="given") == []


@pytest.mark.parametrize("name", KEPT)
def test_accents_marks_and_pictures_are_no_letters(name: str) -> None:
    assert slug(name) == KEPT[name]
    assert found(dag_name=name) == []


def test_many_letters_are_counted() -> None:
    ((_, message),) = found(dag_name="orders " + "".join(map(chr, range(0x4E00, 0x4E64))))
    assert "and 95 more" in message
    assert len(message) < 250
