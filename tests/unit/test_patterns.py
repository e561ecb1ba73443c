"""Regular expressions are compiled at their first use; each can be compiled."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re
import subprocess
import sys
from threading import Event, Thread

import pytest

import dagctl
from dagctl.patterns import compiled_later, lazy_pattern


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


def test_a_library_compiles_later_and_what_others_compile_meanwhile_is_compiled_at_once() -> None:
    """In a process of its own: here other threads may run."""
    code = """if True:
        import re
        from dagctl.patterns import compiled_later
        library, other = {"__name__": "library.part"}, {"__name__": "librarian"}
        true = re.compile
        with compiled_later("library"):
            exec("import re; made = re.compile('(')", library)
            exec("import re; made = re.compile('a+')", other)
        assert re.compile is true
        assert isinstance(other["made"], re.Pattern)
        try:
            library["made"].match("a")
        except re.error:
            print("now")
    """
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert done.stdout == b"now\n"


def test_nothing_changes_where_other_threads_run() -> None:
    end = Event()
    thread = Thread(target=end.wait)
    thread.start()
    true = re.compile
    with compiled_later("library"):
        assert re.compile is true
    end.set()
    thread.join()


def test_yaml_is_loaded_without_its_expressions_and_reads_and_writes_with_them() -> None:
    """In a process of its own: here it may have been loaded otherwise."""
    code = """if True:
        import re
        from dagctl.spec.readers.yaml_reader import read_yaml
        import yaml
        assert not isinstance(yaml.reader.Reader.NON_PRINTABLE, re.Pattern)
        data = {"a": [1, 0.5, True, None, "yes", "2024-01-01", "x: y"], "b": "\\n\\u00e4"}
        text = yaml.dump(data)
        assert yaml.load(text, yaml.SafeLoader) == yaml.load(text, yaml.CSafeLoader) == data
        for loader in (yaml.SafeLoader, yaml.CSafeLoader):
            try:
                yaml.load("a: \\0", loader)
            except yaml.YAMLError:
                continue
            raise AssertionError(loader)
    """
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_expression_of_the_product_can_be_compiled() -> None:
    for module in pkgutil.walk_packages(dagctl.__path__, "dagctl."):
        if module.name != "dagctl.__main__":
            importlib.import_module(module.name)
    gc.collect()  # what other tests left
    lazy = [each for each in gc.get_objects() if type(each) is type(lazy_pattern(""))]
    assert len(lazy) > 200
    for each in lazy:
        assert each.match is not None
