"""Libraries do the same in dagctl's own processes, where they make things when they are used.

Each test has a process of its own: in this one they are loaded as they are.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

VALUES = """if True:
    import copy, dataclasses, typing
    import annotated_types as at, pydantic, pydantic.types as pt
    from pydantic import AfterValidator, AliasChoices, AliasPath, TypeAdapter, UrlConstraints

    def check(value):
        return value

    values = [
        at.Gt(1), at.Interval(gt=1, le=3), at.Len(1, 2), at.MinLen(2), at.Predicate(check),
        at.Timezone(None), pt.Strict(), pt.Strict(strict=False), pt.AllowInfNan(), pt.FailFast(),
        pt.Tag("a"), pt.Discriminator("kind"), AfterValidator(check), AliasPath("a", 1),
        AliasChoices("a", AliasPath("b")), UrlConstraints(max_length=3),
        pt.UuidVersion(4), pt.PathType("file"), pt.StringConstraints(min_length=1),
    ]
    for value in values:
        fields = [(each.name, each.init) for each in dataclasses.fields(value)]
        print(repr(value).replace(hex(id(check)), ""), fields, type(value).__match_args__)
        try:
            print(hash(value) is not None)
        except TypeError:
            print("no hash")
        again = [copy.copy(value), copy.deepcopy(value)]
        if not type(value).__name__.startswith("Alias"):
            again.append(dataclasses.replace(value))
        print([value == each for each in again], value == 1)
        try:
            setattr(value, fields[0][0], 5)
            print("set")
        except (TypeError, dataclasses.FrozenInstanceError):  # the first with slots
            print("frozen")
    for wrong in (at.Gt, pt.Tag, pt.UuidVersion):
        try:
            wrong(1, 2, 3)
        except TypeError as error:
            print(error)
    for kind in (typing.Annotated[int, at.Gt(1), at.Lt(5)], pydantic.PositiveInt, pydantic.UUID4,
                 typing.Annotated[str, pt.StringConstraints(pattern="a+")], pydantic.HttpUrl):
        adapter = TypeAdapter(kind)
        print(adapter.json_schema())
        for value in (3, 7, "aa", "http://x.y/z", "12345678-1234-4234-8234-123456789012"):
            try:
                print(adapter.validate_python(value))
            except pydantic.ValidationError as error:
                print(error)
"""


def said(code: str, *, is_light: bool) -> str:
    before = "from dagctl.light_libraries import make_light; make_light()\n" if is_light else ""
    done = subprocess.run(
        [sys.executable, "-c", before + code], check=True, capture_output=True, text=True
    )
    return done.stdout


def test_classes_of_pydantic_are_the_same_but_for_their_slots() -> None:
    plain = said(VALUES, is_light=False)
    assert len(plain.splitlines()) > 100
    assert said(VALUES, is_light=True) == plain


def test_expressions_of_a_library_are_compiled_later_and_those_of_others_at_once() -> None:
    code = """if True:
        library, other = {"__name__": "jinja2.part"}, {"__name__": "jinja2x"}
        exec("import re; made = re.compile('(')", library)
        exec("import re; made = re.compile('a+')", other)
        import re
        assert isinstance(other["made"], re.Pattern)
        try:
            library["made"].match("a")
        except re.error:
            print("now")
    """
    assert said(code, is_light=True) == "now\n"


def test_a_dataclass_of_another_library_is_a_true_one() -> None:
    code = """if True:
        from dataclasses import dataclass
        @dataclass(frozen=True, slots=True)
        class Value:
            number: int
        @dataclass
        class Other:
            number: int
        print(Value.__slots__, Value(1), Other.__init__.__code__.co_varnames)
    """
    assert said(code, is_light=True) == said(code, is_light=False)


@pytest.mark.parametrize("is_light", [True, False])
def test_yaml_reads_and_writes_with_expressions_that_are_compiled_later(*, is_light: bool) -> None:
    code = """if True:
        import re
        import yaml
        print(isinstance(yaml.reader.Reader.NON_PRINTABLE, re.Pattern))
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
    assert said(code, is_light=is_light) == f"{not is_light}\n"


@pytest.mark.parametrize("is_light", [True, False])
def test_pythons_own_library_does_the_same(*, is_light: bool) -> None:
    code = """if True:
        import fractions, glob, locale, logging, platform, string, tomllib
        print(isinstance(string.Template.pattern, re.Pattern))
        assert string.Template("a $x ${y}").substitute(x=1, y=2) == "a 1 2"
        assert fractions.Fraction("3/4") == fractions.Fraction(3, 4)
        assert tomllib.loads("a = 0x1f\\nb = 2024-01-01\\nc = 1.5")["a"] == 31
        assert locale.format_string("%d x", 3) == "3 x"
        assert glob.has_magic("a*") and not glob.has_magic("a")
        assert platform.platform() and platform.libc_ver()
        for style, form in (("%", "%(message)s"), ("{", "{message}"), ("$", "$message")):
            record = logging.LogRecord("a", 20, "b", 1, "hi", None, None)
            assert logging.Formatter(form, style=style).format(record) == "hi"
    """
    assert said("import re\n" + code, is_light=is_light) == f"{not is_light}\n"
