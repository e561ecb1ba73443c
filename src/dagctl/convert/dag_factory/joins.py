"""Texts that dag-factory joins when it reads a file: `!join` (0.x) and `__join__` (1.x)."""

from __future__ import annotations

from typing import Any

from dagctl.convert.foreign_yaml.reader import Fields, Tagged, refused
from dagctl.findings.codes import Code
from dagctl.text.lines import MAX_BYTES


def join_texts(document: Fields) -> None:
    """Put the joined text in the place of each join of a document, at any depth.

    Raises:
        SpecError: The joined texts are longer together than a spec may be: with aliases a few
            lines can ask for any length.
    """
    _Joins(document).put_into(document)


class _Joins:
    def __init__(self, document: Fields) -> None:
        self._place = document.place
        self._left = MAX_BYTES

    def put_into(self, fields: Fields) -> None:
        for key, value in fields.items():
            fields[key] = self._made(value)

    def _made(self, value: object) -> Any:  # noqa: ANN401 - what stands in the file
        if isinstance(value, Tagged):
            inner = self._made(value.value)
            is_join = value.tag == "join" and isinstance(inner, list)
            return self._text(inner) if is_join else Tagged(value.tag, inner)
        if isinstance(value, Fields):
            self.put_into(value)
            parts = value.get("__join__")
            return self._text(parts) if isinstance(parts, list) else value
        return [self._made(item) for item in value] if isinstance(value, list) else value

    def _text(self, parts: list[Any]) -> str:
        texts = [str(part) for part in parts]
        self._left -= sum(map(len, texts))
        if self._left < 0:
            file, line = self._place.file, self._place.line
            raise refused(file, line, Code.FILE_TOO_LARGE, "the texts that it joins are too long")
        return "".join(texts)
