"""A message is as long as a person can take, whatever stands in it."""

from __future__ import annotations

import time

import pytest

from dagctl.brevity import LONGEST, LONGEST_LINE, LONGEST_WORD, brief, brief_line
from dagctl.errors import UsageError
from dagctl.next_step import Command, Fix


@pytest.mark.parametrize("text", ["", "a b", "x" * LONGEST_WORD, "a word " * 800])
def test_what_is_short_stays(text: str) -> None:
    assert brief(text) == text


def test_of_a_long_word_the_beginning_and_the_end_stay() -> None:
    said = brief(f"`{'a' * 100_000}{'b' * 100}` is no id, nor is `{'c' * 5_000}`: shorten it")
    assert said.startswith(f"`{'a' * 199}...{'b' * 49}` is no id, nor is `ccc")
    assert said.endswith("c`: shorten it")
    assert len(said) < 2 * LONGEST_WORD
    assert brief(said) == said


def test_of_many_words_the_beginning_and_the_end_stay() -> None:
    said = brief(f"git said: {'no ' * 30_000}, and that was all")
    assert said.startswith("git said: no no")
    assert said.endswith("and that was all")
    assert len(said) <= LONGEST
    assert brief(said) == said


def test_many_words_just_below_the_limit_take_no_time() -> None:
    text = f"{'a' * (LONGEST_WORD - 1)} " * 3_500
    began = time.process_time()
    assert brief(text).startswith("aaa")
    assert time.process_time() - began < 0.5


def test_an_error_repeats_no_argument_of_a_hundred_kilobytes() -> None:
    word = "x" * 100_000
    error = UsageError(f"there is no {word}", hint=Fix("see ", Command("show", word)))
    assert len(error.message) == len(str(error)) < 2 * LONGEST_WORD
    assert error.hint is not None
    assert len(error.hint) < 2 * LONGEST_WORD


def test_of_a_long_line_the_beginning_and_the_end_stay() -> None:
    assert (
        brief_line("+" + "x" * LONGEST_LINE) == f"+{'x' * 699} [... 101 characters ...] {'x' * 200}"
    )
    assert brief_line("a " * 500) == "a " * 500
