"""Import paths, and the names of classes: what a spec names of Python, of a provider, of Airflow.

A path is looked at, and never imported: only Airflow imports it, when it reads the DAG file.
"""

from __future__ import annotations

import builtins
import keyword
import re
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_PATH = 300
PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+$"
"""What an import path looks like, as a regular expression for editors."""
CLASS_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$"
"""What the name of a class looks like: its own, `provider.Class`, or its import path."""
_PATH = lazy_pattern(PATTERN, re.ASCII)
_CLASS = lazy_pattern(CLASS_PATTERN, re.ASCII)


def is_import_path(text: str) -> bool:
    """Return whether a text is `package.module.name`: identifiers, and at least one dot."""
    return _is_dotted(text, _PATH)


def is_class_name(text: str) -> bool:
    """Return whether a text is a class's name, `provider.Class`, or an import path."""
    return _is_dotted(text, _CLASS)


def _is_dotted(text: str, shape: re.Pattern[str]) -> bool:
    return (
        len(text) <= MAX_PATH
        and shape.fullmatch(text) is not None
        and not text.endswith("\n")
        and not any(keyword.iskeyword(part) or part.startswith("__") for part in text.split("."))
    )


def split_path(path: str) -> tuple[str, str]:
    """Return the module and the name of an import path."""
    module, _, name = path.rpartition(".")
    return module, name


def path_problems(value: object) -> Iterator[Problem]:
    """Yield what is wrong with a value that shall be an import path."""
    hint = "write `package.module.name`, without brackets or arguments"
    if not isinstance(value, str):
        yield Problem(Code.BAD_IMPORT_PATH, "an import path is text", hint)
    elif not is_import_path(value) or _is_of_a_class(value):
        meant = f"builtins.{value}" if _is_builtin(value) else _meant(value)
        hint = f"write `{meant}`" if meant else hint
        if "\n" in value.strip() or value.lstrip().startswith(("def ", "lambda ", "return ")):
            hint = "code stands in `python_code`; an import path is `package.module.name`"
        yield Problem(Code.BAD_IMPORT_PATH, f"{quoted(value)} is not an import path", hint)


def _is_builtin(text: str) -> bool:
    """Return whether this is what Python has without an import, or what one of its classes has."""
    return _is_of_a_class(text) or (text.isidentifier() and callable(getattr(builtins, text, None)))


def _is_of_a_class(text: str) -> bool:
    """Return whether this is a method of a class of Python, as `str.upper`: of no module."""
    owner, _, name = text.partition(".")
    known = getattr(builtins, owner, None) if name.isidentifier() and owner.isidentifier() else None
    return isinstance(known, type) and hasattr(known, name)


def _meant(text: str) -> str | None:
    """Return the path that a call, an entry point or the name of a file was meant for, or None."""
    if len(text) > MAX_PATH:
        return None
    path = text.strip().removesuffix("()").removesuffix(".py").replace(".py:", ":")
    path = path.replace(":", ".").replace("/", ".")
    path = f"{path}.name" if text.strip().endswith(".py") else path
    return path if is_import_path(path) else None
