"""What bash cannot read: quotes, brackets and keywords without an end. Pure, linear.

This is no whole parser. What has another meaning under other settings of bash, or may be mended by
an expression of a template, is not judged, so that each fault here is one for `bash -n` too: the
tests compare them. docs/decisions.md says why no library does this.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dagctl.patterns import lazy_pattern
from dagctl.user_code.bash.keywords import At, Fault, FaultError, NotKnownError, Open, ShellGrammar
from dagctl.user_code.bash.rendered import VALUE

if TYPE_CHECKING:
    from re import Match

    from dagctl.user_code.bash.here_documents import HereDocument

_REST = r"|(?P<rest>.)"
_FLAGS = re.VERBOSE | re.DOTALL
_BACK = r"(?P<back>`(?:[^`\\]|\\.)*+`?)"
_UNSURE = r"|(?P<unsure>\$\[|\$\{[\s|]|\$\\\n|(?:[<>|&;]|\$?\()\\\n[<>|&;(])"
"""Forms of old and of new versions, and signs that go on in the next line."""
_EXPANSIONS = (_BACK + _UNSURE) + r"|(?P<arithmetic>\$\(\()|(?P<inner>\$\()|(?P<parameter>\$\{)"
_QUOTED = (
    r"(?P<whole>\"[^\"\\$`]*+\")|(?P<double>\$?\")"
    r"|(?P<escaping>\$'(?:[^'\\]|\\.)*+'?)|(?P<single>')"
)
_COMMAND = lazy_pattern(
    r"""(?P<blank>[ \t]++)|(?P<text>(?:\\\n)++)|(?P<line>\n)|(?P<hash>\#)|"""
    + (_QUOTED + "|" + _EXPANSIONS)
    + r"""|(?P<process>[<>]\()|(?P<document><<-?(?!<))|(?P<redirect><<<|&>>?|[<>]&-?|>\||<>|>>?|<)
    |(?P<case>;;&|;;|;&)|(?P<operator>&&|\|\||\|&|[;&|])|(?P<open>\()|(?P<close>\))
    |(?P<word>(?:\\[^\n]|\$\$|\$(?![\[({'"\\])|[^\s'"`$\\<>&|;()\#])++|.)""",
    _FLAGS,
)
_MODES = {
    '"': lazy_pattern(
        r"""(?P<text>(?:[^"\\$`]|\\.|\$\$|\$(?![({\[\\]))++)|(?P<end>")|""" + (_EXPANSIONS + _REST),
        _FLAGS,
    ),
    "${": lazy_pattern(
        r"""(?P<text>(?:[^}'"\\$`]|\\.|\$\$|\$(?![({\['"\\]))++)|(?P<end>\})|"""
        + (_QUOTED + "|" + _EXPANSIONS + _REST),
        _FLAGS,
    ),
    "((": lazy_pattern(
        r"""(?P<text>(?:[^()'"\\$`]|\\.|\$\$|\$(?![({\[\\]))++)|(?P<bracket>[()])|(?P<quote>['"])|"""
        + (_EXPANSIONS + _REST),
        _FLAGS,
    ),
    "[[": lazy_pattern(
        r"""(?P<end>(?<=\s)(?<!\\\s)\]\](?=[\s;&|)<>]|\Z))|(?P<bracket>[()])|"""
        r"""(?P<quote>(?<=[\s)])\]\]|(?<=\s)\#|[<>]\()|"""
        + (_QUOTED + "|" + _EXPANSIONS)
        + r"|(?P<text>[^\s'\"`$\\<>\#\]()]++|\\.|.)",
        _FLAGS,
    ),
}
"""How the inside of what is no command is read; the inside of the rest is commands."""
_MODES["$(("] = _MODES["(("]
_NO_ARGUMENTS = lazy_pattern(r"\((?:[ \t]|\\\n)*\)")
_MAX_DEPTH = 200
_NOT_JUDGED = "?*+@!%"
"""Before a `(`: a pattern of `shopt -s extglob`, or `%(name)s`, which Python fills in."""
_NAMES = {"'": "single quote", '"': "double quote", "`": "backtick"}


def fault_in(text: str) -> Fault | None:
    """Return the first thing that bash cannot read in a text, or None.

    Args:
        text: What bash gets, with `VALUE` for what is not known yet.
    """
    shell = _Shell(text)
    try:
        shell.read()
    except FaultError as error:
        return shell.explained(error.fault)
    except NotKnownError:
        return None
    return shell.endless


class _Shell:
    """A text for bash that is read once, token by token: a method for each kind of token.

    Such a method returns where to read on, or None: behind the token.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.grammar = ShellGrammar()
        self.parts: list[str] = []
        """The word that is read, with an empty text for each part that is quoted."""
        self.start = 0
        self.documents: list[HereDocument] = []
        """Here-documents whose text begins with the next line."""
        self.long_quote: int | None = None
        """A quote over several lines that begins or ends within a word: it is seldom meant."""
        self.endless: Fault | None = None
        """A here-document without an end, which bash takes."""

    def read(self) -> None:
        """Read the whole text.

        Raises:
            FaultError: Bash cannot read it.
            NotKnownError: It is not followed to its end.
        """
        if self.text.endswith("\\"):
            raise NotKnownError  # the last line goes on, and nothing is there
        at, grammar = 0, self.grammar
        while at < len(self.text):
            token = _MODES.get(grammar.kind, _COMMAND).match(self.text, at)
            if token is None or len(grammar.open) > _MAX_DEPTH:
                raise NotKnownError
            at = getattr(self, f"_{token.lastgroup}")(token) or token.end()
        if grammar.kind not in _MODES:
            self._end_word()
            grammar.line(at)
            self._read_documents(at)
        if self.endless is not None and grammar.open:
            raise FaultError(self.endless)
        if grammar.open:
            self._not_closed(grammar.open[-1])
        grammar.ends()

    def explained(self, fault: Fault) -> Fault | None:
        """Return a fault, or the quote before it that has probably led to it.

        None: an expression of a template stands where it may mend it.
        """
        if self.long_quote is not None:
            return self._quote_at(self.long_quote)
        is_quote = self.text[fault.start : fault.start + 1] in _NAMES
        return fault if is_quote or self.grammar.is_sure else None

    def _quote_at(self, start: int) -> Fault:
        sign = self.text[start]
        hint = f"close it, or write `\\{sign}` outside of quotes if it is a part of the text"
        return Fault(start, start + 1, f"this {_NAMES[sign]} is not closed", hint)

    def _not_closed(self, top: Open) -> None:
        if top.kind == '"':
            raise FaultError(self._quote_at(top.start))
        self.grammar.missing(top)

    def _add(self, part: str, start: int) -> None:
        if not self.parts:
            self.start = start
        self.parts.append(part)

    def _end_word(self) -> None:
        parts, self.parts = self.parts, []
        if parts:
            text = "".join(parts)
            self.grammar.word(text, self.start, is_plain=all(parts) and "\\" not in text)

    def _push(self, kind: str, start: int) -> None:
        """Note a part of a word in which commands begin anew."""
        outside = (self.parts, self.start, self.grammar.at, self.grammar.target)
        self.grammar.open.append(Open(kind, start, outside=outside))
        self.parts, self.grammar.at, self.grammar.target = [], At.COMMAND, ""

    # --- blanks, words, quotes ---

    def _blank(self, _: Match[str]) -> None:
        self._end_word()

    def _line(self, token: Match[str]) -> int:
        self._end_word()
        self.grammar.line(token.start())
        return self._read_documents(token.end())

    def _hash(self, token: Match[str]) -> int:
        if self.parts:
            self._add("#", token.start())
            return token.end()
        end = self.text.find("\n", token.end())
        return len(self.text) if end < 0 else end

    def _word(self, token: Match[str]) -> None:
        self._add(token.group(), token.start())

    def _text(self, _: Match[str]) -> None:
        """Pass over what has no meaning there."""

    _rest = _text

    def _unsure(self, _: Match[str]) -> None:
        raise NotKnownError

    _quote = _unsure

    def _escaping(self, token: Match[str]) -> None:
        if len(token.group()) < len("$''") or not token.group().endswith("'"):
            raise FaultError(self._quote_at(token.start() + 1))
        self._quoted(token.start() + 1, token.end())

    def _whole(self, token: Match[str]) -> None:
        self._quoted(token.start(), token.end())

    def _single(self, token: Match[str]) -> int:
        kinds = [each.kind for each in self.grammar.open[-2:]]
        if kinds == ['"', "${"]:
            raise NotKnownError  # whether it quotes there depends on the expansion
        end = self.text.find("'", token.end()) + 1
        if not end:
            raise FaultError(self._quote_at(token.start()))
        self._quoted(token.start(), end)
        return end

    def _back(self, token: Match[str]) -> None:
        if len(token.group()) < len("``") or not token.group().endswith("`"):
            raise FaultError(self._quote_at(token.start()))
        self._quoted(token.start(), token.end())

    def _double(self, token: Match[str]) -> None:
        self._add("", token.start())
        self.grammar.open.append(Open('"', token.end() - 1))

    def _end(self, token: Match[str]) -> None:
        if self.grammar.kind == "[[":
            top = self.grammar.open[-1]
            if top.depth or self.text[top.start + len("[[") : token.start()].isspace():
                raise NotKnownError  # a part of a pattern in brackets, or a word
            self.grammar.closes()
            return
        closed = self.grammar.open.pop()
        if closed.kind == '"':
            self._quoted(closed.start, token.end())
        elif self.documents and "\n" in self.text[closed.start : token.end()]:
            raise NotKnownError

    def _quoted(self, start: int, end: int) -> None:
        self._add("", start)
        if self.text.find("\n", start, end) < 0:
            return
        if self.documents:
            raise NotKnownError
        around = self.text[max(start - 1, 0) : start] + self.text[end : end + 1]
        if self.long_quote is None and any(map(str.isalnum, around)):
            self.long_quote = start

    # --- expansions and brackets ---

    def _arithmetic(self, token: Match[str]) -> None:
        self._add("", token.start())
        self.grammar.open.append(Open("$((", token.start()))

    def _parameter(self, token: Match[str]) -> None:
        self._add("", token.start())
        self.grammar.open.append(Open("${", token.start()))

    def _inner(self, token: Match[str]) -> None:
        self._add("", token.start())
        self._push("$(", token.start())

    def _process(self, token: Match[str]) -> None:
        self._add("", token.start())
        self._push("<(", token.start())

    def _bracket(self, token: Match[str]) -> int | None:
        top = self.grammar.open[-1]
        if token.group() == "(":
            top.depth += 1
        elif top.depth:
            top.depth -= 1
        elif top.kind != "[[" and self.text.startswith("))", token.start()):
            is_loop = self.grammar.at is At.NAME
            if is_loop or top.kind == "$((":
                self.grammar.open.pop()
                self.grammar.at = At.LIST if is_loop else self.grammar.at
            else:
                self.grammar.closes()
            return token.start() + len("))")
        else:
            raise NotKnownError  # these were two brackets, not an arithmetic expression
        return None

    def _open(self, token: Match[str]) -> int | None:
        start, grammar = token.start(), self.grammar
        before = "".join(self.parts)
        empty = _NO_ARGUMENTS.match(self.text, start)
        if grammar.at is At.PATTERN and not self.parts:
            grammar.at = At.LABEL
            return None
        if before.endswith("="):
            self._push("=(", start)
            grammar.at = At.ARGUMENT
            return None
        if not all(self.parts) or VALUE in before or before.endswith(tuple(_NOT_JUDGED)):
            raise NotKnownError
        if empty and grammar.at in {At.COMMAND, At.NEEDED, At.ARGUMENT, At.FUNCTION}:
            self.parts, grammar.at = [], At.PREFIXED
            return empty.end()
        if self.parts:
            self._end_word()
            if grammar.at is not At.ARGUMENT or grammar.kind == "[[":
                return start  # behind a keyword: `if(`
        if grammar.at is At.ARGUMENT:
            hint = "put the text in quotes, or write `\\(` and `\\)`"
            raise FaultError(Fault(start, start + 1, "`(` cannot stand here", hint))
        is_double = self.text.startswith("((", start)
        if grammar.at is At.NAME and is_double and grammar.kind == "for":
            grammar.open.append(Open("((", start))
            return start + len("((")
        if grammar.at not in {At.COMMAND, At.PREFIXED, At.NEEDED} or grammar.target:
            raise NotKnownError
        grammar.begins()
        grammar.open.append(Open("((" if is_double else "(", start))
        grammar.at = At.COMMAND
        return start + len("((") if is_double else None

    def _close(self, token: Match[str]) -> None:
        self._end_word()
        if self.grammar.close(token.start()):
            if self.documents:
                raise NotKnownError
            outside = self.grammar.open.pop().outside
            if outside is not None:
                self.parts, self.start, self.grammar.at, self.grammar.target = outside

    # --- operators, redirections, here-documents ---

    def _operator(self, token: Match[str]) -> None:
        self._end_word()
        self.grammar.operator(token.group(), token.start())

    def _case(self, token: Match[str]) -> None:
        self._end_word()
        self.grammar.case_end(token.group(), token.start())

    def _redirect(self, token: Match[str]) -> None:
        self._begin_redirect(token)
        if token.group().endswith("-"):
            self.grammar.target = ""

    def _begin_redirect(self, token: Match[str]) -> None:
        is_number = all(self.parts) and "".join(self.parts).isdecimal()
        if is_number and not self.grammar.target.endswith("&"):
            self.parts = []  # the number of what is redirected
        self._end_word()
        self.grammar.redirect(token.group(), token.start())

    def _document(self, token: Match[str]) -> int:
        from dagctl.user_code.bash.here_documents import document_at

        self._begin_redirect(token)
        begun = document_at(self.text, token.start(), token.group())
        if begun is None:
            raise NotKnownError
        self.grammar.target = ""
        self.documents.append(begun[0])
        return begun[1]

    def _read_documents(self, at: int) -> int:
        """Return where to read on behind the texts of the here-documents of a line."""
        documents, self.documents = self.documents, []
        inner = (each.start for each in self.grammar.open if each.outside is not None)
        if documents and any(start > documents[0].start for start in inner):
            raise NotKnownError
        for document in documents:
            ending = document.ending(self.text, at)
            if ending is None:
                if any(each.outside is not None for each in self.grammar.open):
                    raise NotKnownError
                self.endless = document.endless(self.text[at:])
                return len(self.text)
            if not document.is_quoted and self.text.endswith("\\\n", at, ending[0]):
                raise NotKnownError  # the line before goes on with this one
            at = min(ending[1] + 1, len(self.text))
        return at
