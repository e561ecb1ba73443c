"""What is written as YAML shows what it says, in a pipe too."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dagctl.convert.foreign_yaml.writer import foreign_yaml
from dagctl.readers.yaml_reader import read_yaml
from dagctl.spec.yaml_writer import data_to_short_yaml, data_to_yaml, inline

HIDDEN = {
    "bidi": "echo \u202egnp.exe",
    "two lines": "echo \u2066\necho b\n",
    "a key \u200b": 1,
    "format": ["\ufeffa", "soft\u00adhyphen", "tag \U000e0041", "\\u202e and \u202e"],
}
JOINED = "caf\u00e9 \U0001f600 \u0646\u0645\u06cc\u200c\u062e"
SEEN = {"letters": JOINED, "b": "a\nb\n"}


@pytest.mark.parametrize("write", [data_to_yaml, foreign_yaml])
def test_what_hides_or_reorders_text_is_escaped(write: object) -> None:
    text = write(HIDDEN)  # type: ignore[operator]
    assert text.isascii()
    assert r'bidi: "echo \u202Egnp.exe"' in text
    assert r"\U000E0041" in text
    assert yaml.safe_load(text) == HIDDEN
    document = read_yaml(text).document
    assert document is not None
    assert document.root.value == HIDDEN


def read(text: str) -> object:
    document = read_yaml(text).document
    assert document is not None
    return document.root.value


def test_a_value_in_one_line() -> None:
    assert inline(["a\u202e", "b"]) == r'["a\u202E", b]'


def test_other_letters_stay_as_they_are() -> None:
    text = data_to_yaml(SEEN)
    assert JOINED in text
    assert "b: |\n  a\n  b\n" in text


LOAD = "def load(region):\n    print(region)\n"


def test_a_text_of_several_lines_stands_once() -> None:
    other = LOAD.replace("print", "print_")
    texts = [LOAD, "date", LOAD, other, "echo\necho\n", "date", "echo\necho\n", other]
    text = data_to_short_yaml({"tasks": [{"a": each} for each in texts]})
    starts = [line.partition(":")[2].strip() for line in text.splitlines() if "a:" in line]
    assert starts == [
        *("&load |", "date", "*load", "&load-2 |", "&text |", "date", "*text", "*load-2"),
    ]
    assert read(text) == {"tasks": [{"a": each} for each in texts]}


@given(st.lists(st.text(alphabet="ab:#*&|${} \n\t\"'-", max_size=12), max_size=6))
def test_texts_that_stand_once_come_back_as_they_were(texts: list[str]) -> None:
    data = {"a": [*texts, *texts, *(f"{each}\n\n" for each in [*texts, *texts])]}
    assert read(data_to_short_yaml(data)) == read(data_to_yaml(data))
