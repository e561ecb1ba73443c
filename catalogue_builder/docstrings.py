"""What docstrings say about a class and its parameters."""

from __future__ import annotations

import ast
import re

from catalogue_builder.classes import Class
from catalogue_builder.roots import BASE_OPERATORS

_PARAMETER = re.compile(
    r"^\s*:param\s+(?:[\w.\[\], |]+\s+)?\*{0,2}(\w+)\s*:\s*(.*?)(?=^\s*:\w|^\s*$|\Z)",
    re.MULTILINE | re.DOTALL,
)
"""`:param name: its text`, up to the next field or an empty line."""

_ROLE = re.compile(r":(?:\w+:)*\w+:`~?\.?([^`<]*?)(?:\s*<[^`]*>)?`")
_LINK = re.compile(r"`([^`<]+?)\s*<[^`]*>`__?")
_EXAMPLE = re.compile(r"\s*(?:\*\*Examples?\*\*|::\s|\.\. )")
_LITERAL = re.compile(r"``([^`]*)``")


def parameter_texts(cls: Class) -> dict[str, str]:
    """Return what the docstrings of a class and its bases say of each parameter."""
    texts: dict[str, str] = {}
    for item in cls.mro:
        if isinstance(item, Class) and item.path not in BASE_OPERATORS:
            for node in (item.node, item.body.get("__init__")):
                if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                    for name, text in parameters_in(ast.get_docstring(node) or "").items():
                        texts.setdefault(name, text)
    return texts


def parameters_in(docstring: str) -> dict[str, str]:
    """Return what a docstring says of each parameter, on one line each."""
    pairs = ((match[1], plain(match[2])) for match in _PARAMETER.finditer(docstring))
    return {name: text for name, text in pairs if text}


def summary(cls: Class) -> str:
    """Return the first paragraph of a class's docstring, on one line."""
    return plain((ast.get_docstring(cls.node) or "").split("\n\n")[0])


def plain(text: str) -> str:
    """Return reStructuredText as one line without its roles, its links and its blocks of code."""
    text = _EXAMPLE.split(text)[0]
    text = _ROLE.sub(r"`\1`", text)
    text = _LINK.sub(r"\1", text)
    return " ".join(_LITERAL.sub(r"`\1`", text).split())
