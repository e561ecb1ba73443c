"""Regular expressions are compiled at their first use; each can be compiled."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re

import pytest

import dagctl
from dagctl.patterns import lazy_pattern


def test_a_lazy_pattern_does_what_a_compiled_one_does() -> None:
    compiled = re.compile(r"(?P<word>[a-z]+)", re.IGNORECASE)
    lazy = lazy_pattern(r"(?P<word>[a-z]+)", re.IGNORECASE)
    assert lazy.pattern == compiled.pattern
    assert lazy.flags == compiled.flags
    assert lazy.groupindex == compiled.groupindex
    assert lazy.sub("-", "Ab 1 cd") == compiled.sub("-", "Ab 1 cd") == "- 1 -"
    assert lazy.findall("Ab 1 cd") == ["Ab", "cd"]
    assert [match["word"] for match in lazy.finditer("Ab 1 cd")] == ["Ab", "cd"]
    assert lazy.fullmatch("Ab 1") is None
    assert lazy_pattern(rb"a+").search(b"baa") is not None


def test_nothing_is_compiled_before_the_first_use() -> None:
    lazy = lazy_pattern("(")
    with pytest.raises(re.error):
        lazy.search("x")


def test_a_name_that_a_pattern_does_not_have_is_an_error() -> None:
    with pytest.raises(AttributeError):
        _ = lazy_pattern("a").no_such_name  # type: ignore[attr-defined]


def test_every_expression_of_the_product_can_be_compiled() -> None:
    for module in pkgutil.walk_packages(dagctl.__path__, "dagctl."):
        if module.name != "dagctl.__main__":
            importlib.import_module(module.name)
    gc.collect()  # what other tests left
    lazy = [each for each in gc.get_objects() if type(each) is type(lazy_pattern(""))]
    assert len(lazy) > 200
    for each in lazy:
        assert each.match is not None
