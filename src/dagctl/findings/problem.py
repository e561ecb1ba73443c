"""What a reader says about a text, or a check about a value: one type for both."""

from __future__ import annotations

from dataclasses import field, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from dagctl.errors import Diagnostic, Severity
from dagctl.findings.wording import shortened
from dagctl.frozen import frozen
from dagctl.light_libraries import light_schemas
from dagctl.text.lines import Span

with light_schemas():
    from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dagctl.text.document import Document
    from dagctl.text.lines import TextRange

MAX_PROBLEMS = 100
"""So many errors, and so many warnings, are shown at once; how many more there are is said."""
MAX_IN_VALUE = 20
"""So many of them are about one value, so that it leaves room for what is wrong with others."""
AT_THE_START = Span(0, 0)
"""The span of what is about the whole text, or has no place in it yet."""


@frozen
class Problem:
    """What is wrong, in dagctl's own words; `Diagnostic` is what a user is shown of it.

    A check knows the value: it gives a path, and perhaps a place inside the value. A reader knows
    the text: it gives a span. `places` gives all of them both, and chooses the hint for the syntax
    of the document.
    """

    code: str
    message: str
    hint: str | None = None
    place: TextRange | None = None
    """Where in the value, if it is text and more than the whole is known."""
    severity: Severity = Severity.ERROR
    wants_text: bool = False
    """Whether the value would be right as text: in YAML, quotes are enough."""
    json_hint: str | None = None
    """The hint for a document in JSON, where it differs."""
    at_key: bool = False
    """Whether it is about the key at the path, not about its value."""
    names_value: bool = False
    """Whether the hint names the very value to write."""
    fails_in: tuple[str, ...] = ()
    """For a warning: the Airflow targets in which the task is certain to fail when it runs."""
    near: Callable[[], str | None] | None = None
    """Looks for a better hint; called only if the problem is shown, as it may take long."""
    path: tuple[str | int, ...] = ()
    """Where the value, or the key, stands in the data that are checked."""
    span: Span = AT_THE_START
    """Where it stands in the text of the document."""
    document: Document | None = field(default=None, compare=False, repr=False)
    """The document that the span is in; None: the spec itself."""

    @property
    def best_hint(self) -> str | None:
        """The hint to show."""
        return (self.near() if self.near else None) or self.hint

    def at(self, *path: str | int) -> Problem:
        """Return it as the problem of the value at a path."""
        return replace(self, path=path)

    def under(self, *path: str | int) -> Problem:
        """Return a problem of a part of the data as one of the whole, where the part has a path."""
        return replace(self, path=(*path, *self.path))

    def __str__(self) -> str:
        """Return the message and the hint, as pydantic's report shows them."""
        hint = self.best_hint
        return f"{self.message} ({hint})" if hint else self.message

    def error(self) -> PydanticCustomError:
        """Return the exception that a pydantic validator raises.

        The template has one placeholder only, so that braces in user text stay text.
        """
        return PydanticCustomError(self.code, "{problem}", {"problem": self})

    def diagnostic(self) -> Diagnostic:
        """Return it as a diagnostic of data that no text is known of."""
        hint = self.json_hint or self.best_hint
        return Diagnostic(
            code=self.code,
            message=shortened(self.message),
            hint=hint and shortened(hint),
            severity=self.severity,
            path=tuple(shortened(step) if isinstance(step, str) else step for step in self.path),
            fails_in=self.fails_in,
        )


warning = partial(Problem, severity=Severity.WARNING)
"""Makes the problem of what is allowed and yet seldom meant; arguments as of `Problem`."""


@frozen
class Warnings:
    """The warnings about one value: the first of them, and how many more there are."""

    shown: tuple[Problem, ...] = ()
    left_out: int = 0

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> Warnings:
        """Return the first problems, and count the others."""
        rest = iter(problems)
        shown = tuple(islice(rest, MAX_IN_VALUE))
        return cls(shown, sum(1 for _ in rest))


def refuse(problems: Iterable[Problem]) -> None:
    """Raise all problems of one value, if there are any, as a pydantic validator raises them.

    Raises:
        PydanticCustomError: There is one.
        ValidationError: There are several; pydantic puts the path of the field before each.
    """
    errors = [problem.error() for problem in islice(problems, MAX_IN_VALUE)]
    if len(errors) == 1:
        raise errors[0]
    if errors:
        lines = [InitErrorDetails(type=error, loc=(), input=None) for error in errors]
        raise ValidationError.from_exception_data("value", lines)
