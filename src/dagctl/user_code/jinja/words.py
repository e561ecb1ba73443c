"""The words of a template's code, with their places: each check finds there what it names."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from jinja2 import Environment, TemplateSyntaxError
from jinja2.parser import Parser

from dagctl.frozen import frozen
from dagctl.text.template_signs import USUAL, Signs, signs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dagctl.text.lines import Lines, TextRange

# It only parses. Compiling would already compute constants, and `{{ 9**9**9 }}` takes forever.
AIRFLOW = Environment(extensions=USUAL.extensions, autoescape=False)  # noqa: S701 - nothing is rendered
"""Jinja as Airflow sets it up; for parsing."""

_BEGINS = ("variable_begin", "block_begin", "linestatement_begin")
_ENDS = ("variable_end", "block_end", "linestatement_end")
"""The kinds of tokens between which there is code."""
_PASSED_OVER = {
    *("whitespace", "comment_begin", "comment", "comment_end", "raw_begin", "raw_end"),
    *("linecomment_begin", "linecomment", "linecomment_end"),
}
"""The kinds that Jinja's parser does not see."""
_OPENED = ("comment_begin", "raw_begin")
_OPENS, _CLOSES = ("(", "[", "{"), (")", "]", "}")


class Word(NamedTuple):
    """A word or sign of a template: where it is, its line as Jinja counts, its kind, its text."""

    at: int
    line: int
    kind: str
    text: str

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.at + len(self.text)


_NOTHING = Word(0, 0, "", "")


@frozen
class Access:
    """Where a template reads something of an object, as in `ti.state` or `var['x']`."""

    whole: TextRange
    name: TextRange


class PullPlace:
    """Where a call of `xcom_pull` stands, and the literal texts that name its tasks."""

    def __init__(self, place: TextRange, line: int) -> None:
        """Keep its place, and its line as Jinja counts; the texts are noted as they are read."""
        self.place, self.line = place, line
        self.texts: dict[str, TextRange] = {}


def environment(own: Signs) -> Environment:
    """Return Jinja as Airflow sets it up for a DAG with these signs; for parsing."""
    return AIRFLOW if own == USUAL else _environment(own)


@lru_cache(maxsize=8)
def _environment(own: Signs) -> Environment:
    options = {name: getattr(own, name) for name in Signs.__annotations__}
    return Environment(autoescape=False, **options)  # noqa: S701 - nothing is rendered


def tokens(text: str) -> Iterator[Word]:
    """Yield the tokens of a template.

    Raises:
        TemplateSyntaxError: From here on Jinja can read none.
    """
    # as Jinja reads it, with each place as before; it leaves out a line end at the end
    unix = text.rstrip("\r\n").replace("\r\n", " \n").replace("\r", "\n")
    at = 0
    for line, kind, value in environment(signs()).lex(unix):
        at = unix.index(value, at)  # before a `{%-` Jinja leaves blanks out
        yield Word(at, line, kind, value)
        at += len(value)


def stopped_at(text: str) -> int | None:
    """Return the place in a text, which is no template, at which Jinja stops to read it.

    None: it reads all of it, and then something is missing.
    """
    read: list[Word] = []
    try:
        read.extend(tokens(text))
    except TemplateSyntaxError:
        last = read[-1] if read else _NOTHING
        rest = text[last.end :]
        return last.at if last.kind in _OPENED else len(text) - len(rest.lstrip())
    seen = [token for token in read if token.kind not in _PASSED_OVER]
    jinja = environment(signs())
    number = 0
    try:
        for _ in jinja.lexer.tokenize(text):
            number += 1
    except TemplateSyntaxError as error:  # a text with an escape that there is not: `'\x4'`
        behind = number + 1  # the stream reads one ahead
        return seen[behind].at if behind < len(seen) and _is_first(error, text) else None
    parser = Parser(jinja, text)
    try:
        parser.parse()
    except TemplateSyntaxError:
        number -= sum(1 for _ in parser.stream)
    return seen[number].at if number < len(seen) else None


def _is_first(error: TemplateSyntaxError, text: str) -> bool:
    """Return whether it is this error that stops Jinja, and not another one before it."""
    try:
        Parser(environment(signs()), text).parse()
    except TemplateSyntaxError as first:
        return (first.message, first.lineno) == (error.message, error.lineno)
    return False


class Words:
    """The words of a template's code, without what stands around its tags, and without blanks."""

    def __init__(self, lines: Lines) -> None:
        """Keep the text, which must be one that Jinja can read; it is read when it is asked for."""
        self._lines = lines

    @cached_property
    def _words(self) -> list[Word]:
        words: list[Word] = []
        is_code = False
        for token in tokens(self._lines.text):
            is_code = (is_code or token.kind in _BEGINS) and token.kind not in _ENDS
            if is_code and token.kind != "whitespace":
                words.append(token)
        return words

    def _with_neighbours(self) -> Iterator[tuple[Word, Word, Word, Word]]:
        """Yield each word with the two before it and the one behind it."""
        words = self._words
        yield from zip(
            [_NOTHING, _NOTHING, *words],
            [_NOTHING, *words],
            words,
            [*words[1:], _NOTHING],
            strict=False,
        )

    def variables(self, names: Iterable[str]) -> dict[str, TextRange]:
        """Return where each of these variables is read first."""
        asked = {*names}
        first: dict[str, TextRange] = {}
        for second, before, word, behind in self._with_neighbours() if asked else ():
            if word.kind != "name" or word.text not in asked or word.text in first:
                continue
            named = before.text in {".", "|", "is"} or (second.text, before.text) == ("is", "not")
            if not named and behind.text != "=":
                first[word.text] = self._place(word)
        return first

    def applied(self) -> dict[tuple[str, int, str], TextRange]:
        """Return where each `filter` and `test` is applied first, by its kind, line and name."""
        first: dict[tuple[str, int, str], TextRange] = {}
        for second, before, word, _ in self._with_neighbours():
            is_test = before.text == "is" or (second.text, before.text) == ("is", "not")
            if word.kind == "name" and (is_test or before.text == "|"):
                kind = "test" if is_test else "filter"
                first.setdefault((kind, word.line, word.text), self._place(word))
        return first

    def accesses(self) -> dict[tuple[str, str], Access]:
        """Return where each thing of an object is read first, as in `ti.state` or `var['x']`."""
        first: dict[tuple[str, str], Access] = {}
        words = self._words
        for index, (owner, dot, word) in enumerate(zip(words, words[1:], words[2:], strict=False)):
            if owner.kind != "name" or (index and words[index - 1].text == "."):
                continue
            if dot.text == "." and word.kind == "name":
                name, inner = word.text, word
            elif dot.text == "[" and word.kind == "string":
                name = word.text[1:-1]
                inner = Word(word.at + 1, word.line, word.kind, name)
            else:
                continue
            if (owner.text, name) not in first:
                place = self._place(inner)
                whole = self._lines.place(owner.at, inner.end) if owner.line == word.line else place
                first[owner.text, name] = Access(whole, place)
        return first

    def pulls(self) -> list[PullPlace]:
        """Return where each call of `xcom_pull` stands."""
        calls: list[PullPlace] = []
        around: list[tuple[PullPlace | None, str]] = []
        # of each open bracket: the call whose arguments it holds, if any, and the argument at hand
        for second, before, word, behind in self._with_neighbours():
            call, argument = around[-1] if around else (None, "")
            if word.kind == "operator" and word.text in _OPENS:
                if (second.text, before.text, word.text) == (".", "xcom_pull", "("):
                    call, argument = PullPlace(self._place(before), word.line), "task_ids"
                    calls.append(call)
                elif before.text not in {"(", "[", ",", "="}:
                    call = None  # those of another function, or a subscript
                around.append((call, argument))
            elif word.kind == "operator" and word.text in _CLOSES:
                del around[-1:]
            elif call and word.kind == "name" and behind.text == "=":
                around[-1] = (call, word.text)
            elif call and word.kind == "string" and argument == "task_ids":
                inner = self._lines.place(word.at + 1, word.end - 1)
                call.texts.setdefault(word.text[1:-1], inner)
        return calls

    def _place(self, token: Word) -> TextRange:
        return self._lines.place(token.at, token.end)
