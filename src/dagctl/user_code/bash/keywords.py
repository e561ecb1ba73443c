"""Where the words of a shell command stand: which keyword may come there, and what is still open.

A state machine over the words and signs that `syntax` reads. Pure.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from dagctl.frozen import mutable
from dagctl.user_code.bash.rendered import VALUE


class Fault(NamedTuple):
    """What bash cannot read: where, what, how it is mended, and whether bash stops at it."""

    start: int
    end: int
    message: str
    hint: str
    stops: bool = True


class FaultError(Exception):
    """There is a fault; nothing behind it is read."""

    def __init__(self, fault: Fault) -> None:
        """Keep the fault."""
        super().__init__(fault.message)
        self.fault = fault


def fault(start: int, text: str, message: str, hint: str) -> FaultError:
    """Return the exception for a text that bash cannot read at a place."""
    return FaultError(Fault(start, start + len(text), message, hint))


class NotKnownError(Exception):
    """Whether bash can read it depends on what is not followed here."""


class At(Enum):
    """Where the next word of a command stands."""

    COMMAND = auto()
    PREFIXED = auto()
    """Behind `!` or `time`: a command, or the end of this one."""
    NEEDED = auto()
    """Behind `|`, `&&`, `||`: a command."""
    ARGUMENT = auto()
    CLOSED = auto()
    """Behind the end of a compound command: the end of the next outer one may follow."""
    FUNCTION = auto()
    """The name of a function."""
    NAME = auto()
    """The word behind `for`, `select`, `case`."""
    LIST = auto()
    """What is behind that word, up to `in` or `do`."""
    PATTERN = auto()
    """A pattern of `case`, or `esac`."""
    LABEL = auto()
    """A pattern of `case` behind `(` or `|`, where `esac` is one too."""


@mutable
class Open:
    """Something that has begun and must end."""

    kind: str
    start: int
    wants: str = ""
    """The keywords that may come next for it."""
    is_empty: bool = False
    """Whether a command is missing before its next keyword."""
    outside: tuple[list[str], int, At, str] | None = None
    """For what is a part of a word: the word before it, its start, its place, its redirection."""
    depth: int = 0
    """How many brackets are open in an arithmetic expression."""
    is_run: bool = False
    """Whether bash runs what is in it here, whatever the commands before it do."""


ENDS = dict(
    pair.split()
    for pair in (
        *("if fi", "while done", "until done", "for done", "select done", "case esac"),
        *("{ }", "( )", "$( )", "<( )", "=( )", "[[ ]]", "${ }", "$(( ))", "(( ))"),
    )
)
"""How each thing ends."""
_WANTS = {"if": "then", "then": "elif else fi", "elif": "then", "else": "fi", "case": "esac"}
_WANTS |= {"while": "do", "until": "do", "for": "do", "select": "do", "do": "done", "{": "}"}
"""Which keywords may come next behind a keyword."""
_OVER = {"for", "select", "case"}
_CLOSERS = {"then", "elif", "else", "fi", "do", "done", "esac", "}"}
_BELONGS = {"then": "if", "elif": "if", "else": "if", "fi": "if", "esac": "case", "}": "{"}
_LEAVES = {"exit", "exec"}
_CHANGES = {"coproc", "alias", "shopt", "enable"}
"""What may change how bash reads the rest."""
_COMMAND = {At.COMMAND, At.PREFIXED, At.NEEDED, At.CLOSED}
_PATTERNS = {At.PATTERN, At.LABEL}


class ShellGrammar:
    """What is open, and where the next word stands."""

    def __init__(self) -> None:
        """Begin at the first command."""
        self.open: list[Open] = []
        self.at = At.COMMAND
        self.target = ""
        """The redirection that waits for its word."""
        self.is_sure = True
        """Whether no expression of a template stands where a keyword may."""
        self._leaves = False
        """Whether bash ends at this line, and does not read what is behind it."""
        self._closed = ""
        """How the compound command ended that has just ended."""
        self._needs = (0, "")
        """The last operator behind which a command must come."""

    @property
    def kind(self) -> str:
        """The kind of what is open innermost, or an empty text."""
        return self.open[-1].kind if self.open else ""

    def word(self, text: str, start: int, *, is_plain: bool) -> None:
        """Go on behind a word.

        Args:
            text: The word, as far as it is not quoted.
            start: Where it begins.
            is_plain: Whether nothing of it is quoted, so that it may be a keyword.
        """
        if self.target:
            self.target = ""
            return
        if VALUE in text and self.at is not At.ARGUMENT:
            self.is_sure = False
        name, bracket, index = text.partition("[")
        may_be_index = (
            name.isidentifier() if self.at in _COMMAND else self.kind == "=(" and not name
        )
        if bracket and may_be_index and index.count("[") >= index.count("]"):
            raise NotKnownError  # bash takes all up to the `]` for the index of an array
        plain = text if is_plain else ""
        if self.at in _COMMAND:
            self._command(plain, start)
        elif self.at in {At.FUNCTION, At.NAME}:
            self.at = At.PREFIXED if self.at is At.FUNCTION else At.LIST
        elif self.at is At.LIST and plain == "in":
            self.at = At.PATTERN if self.kind == "case" else At.ARGUMENT
        elif self.at is At.LIST:
            if plain != "do":
                raise NotKnownError
            self._keyword(plain, start)
        elif self.at is At.PATTERN and plain == "esac":
            self._keyword(plain, start)

    def _command(self, text: str, start: int) -> None:
        if text in _CLOSERS:
            self._keyword(text, start)
            return
        is_body = text == "{" and self.kind in _OVER and self.open[-1].wants == "do"
        if is_body or text in _CHANGES or (self.at is At.CLOSED and text[:1] in {"", "{"}):
            raise NotKnownError  # `for a in b; { ls; }` is not documented, and bash takes it
        if self.at is At.CLOSED:
            message = f"`{text}` cannot stand behind `{self._closed}`"
            raise fault(start, text, message, "write a `;` or a line end before it")
        is_run = self.at is At.COMMAND
        if text in _LEAVES and self.at is not At.NEEDED and all(each.is_run for each in self.open):
            self._leaves = True
        self.begins()
        if text == "[[":
            self.open.append(Open(text, start))
        elif text in _WANTS:
            self.open.append(Open(text, start, _WANTS[text], is_empty=text not in _OVER))
            self.open[-1].is_run = is_run and text == "{"
            self.at = At.NAME if text in _OVER else At.COMMAND
        elif text in {"!", "time"} or (text in {"-p", "--"} and self.at is At.PREFIXED):
            self.at = At.PREFIXED
        else:
            self.at = At.FUNCTION if text == "function" else At.ARGUMENT

    def begins(self) -> None:
        """Note that a command begins here.

        Raises:
            FaultError: There must be a `do` first.
        """
        if self.open and self.kind in _OVER and self.open[-1].wants == "do":
            self.missing(self.open[-1])
        if self.open:
            self.open[-1].is_empty = False

    def _keyword(self, text: str, start: int) -> None:
        if self.at is At.NEEDED:
            message = f"there is no command before `{text}`"
            raise fault(start, text, message, "write one, or remove the operator before it")
        top = self.open[-1] if self.open else None
        if top is None or not top.wants:
            first = _BELONGS.get(text, "for` or `while")
            raise fault(start, text, f"`{text}` without `{first}`", "remove it")
        if text not in top.wants.split():
            self.missing(top)
        if top.is_empty:
            message = f"there is no command before `{text}`"
            raise fault(start, text, message, "write one there; `:` does nothing")
        if text == ENDS[top.kind]:
            self.closes()
        else:
            top.wants, top.is_empty, self.at = _WANTS[text], True, At.COMMAND

    def closes(self) -> None:
        """Note that what is open innermost has ended."""
        self._closed = ENDS[self.open.pop().kind]
        self.at = At.CLOSED

    def missing(self, top: Open) -> None:
        """Raise the fault of what has no end, or no next keyword."""
        next_word = top.wants.split()[-1] if top.wants else ENDS[top.kind]
        hint = f"write `{next_word}`"
        if next_word in {"then", "do"}:
            hint = f"write `; {next_word}`, or `{next_word}` on a line of its own"
        elif top.wants:
            hint = f"write `{next_word}` on a line of its own, or behind a `;`"
        raise fault(top.start, top.kind, f"`{top.kind}` has no `{next_word}`", hint)

    def operator(self, text: str, start: int) -> None:
        """Go on behind `;`, `&`, `|`, `&&`, `||`."""
        if self.at in _PATTERNS and text == "|":
            self.at = At.LABEL
            return
        if self.kind == "=(" or self.at in {At.NAME, At.FUNCTION, *_PATTERNS}:
            raise NotKnownError
        if self.at is At.LIST and (self.kind == "case" or text != ";"):
            raise NotKnownError
        self._no_target(text, start)
        if self.at in {At.COMMAND, At.NEEDED}:
            hint = "write one, or remove the operator"
            raise fault(start, text, f"there is no command before `{text}`", hint)
        self.at = At.COMMAND if text in {";", "&"} else At.NEEDED
        self._needs = (start, text)

    def case_end(self, text: str, start: int) -> None:
        """Go on behind `;;`."""
        self._no_target(text, start)
        if self.at in {At.NEEDED, *_PATTERNS}:
            message = f"there is no command before `{text}`"
            raise fault(start, text, message, "write one, or remove the operator")
        if self.kind == "case":
            self.at = At.PATTERN
        elif self.open and self.open[-1].wants:
            self.missing(self.open[-1])
        else:
            raise fault(start, text, f"`{text}` outside of `case`", "write one `;`")

    def line(self, start: int) -> None:
        """Go on behind the end of a line."""
        if self._leaves and not self.open:
            raise NotKnownError
        if self.kind == "=(":
            return
        self._no_target(" ", start)
        if self.at is At.LIST:
            return
        if self.at in {At.NAME, At.FUNCTION}:
            raise NotKnownError
        if self.at not in {At.NEEDED, *_PATTERNS}:
            self.at = At.COMMAND

    def redirect(self, text: str, start: int) -> None:
        """Go on behind a redirection, which waits for a word."""
        self._no_target(text, start)
        if self.at in {At.NAME, At.FUNCTION, At.LIST, *_PATTERNS}:
            raise NotKnownError
        self.target = text
        if self.at in _COMMAND and self.at is not At.CLOSED:
            self.begins()
            self.at = At.ARGUMENT

    def _no_target(self, text: str, start: int) -> None:
        if self.target:
            message = f"there is no file behind `{self.target}`"
            raise fault(start, text, message, "write where it goes to, or quote it")

    def close(self, start: int) -> bool:
        """Go on behind a `)`; return whether it ends a part of a word.

        Raises:
            FaultError: It ends nothing, or something in it has no end.
        """
        self._no_target(")", start)
        if self.at in _PATTERNS:
            self.at = At.COMMAND
            return False
        if not self.open:
            hint = "quote it, or write the `(` that it ends"
            raise fault(start, ")", "`)` without `(`", hint)
        if self.kind == "case":
            raise fault(
                start,
                ")",
                "`)` where no pattern of `case` is",
                "end the commands before the pattern with `;;`",
            )
        if self.open[-1].wants:
            self.missing(self.open[-1])
        if self.at is At.NEEDED:
            message = "there is no command before `)`"
            raise fault(start, ")", message, "write one, or remove the operator before it")
        closed = self.open[-1]
        if closed.outside is not None:
            return True
        self.closes()
        return False

    def ends(self) -> None:
        """Raise the fault of a text that ends where a command must come."""
        if self.at is At.NEEDED:
            start, text = self._needs
            message = f"there is no command behind `{text}`"
            raise fault(start, text, message, "write one, or remove the operator")
