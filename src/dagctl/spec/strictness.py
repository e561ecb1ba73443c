"""How strictly warnings are taken: as errors, as warnings, or not at all."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING

from dagctl.errors import Diagnostic, Severity
from dagctl.findings.codes import Code
from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern
from dagctl.spec.checked import Checked
from dagctl.spec.resolution.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_COMMENT = lazy_pattern(r"#[ \t]*dagctl:[ \t]*ignore\b[ \t]*(?P<codes>[A-Za-z0-9, \t]*)")
_CODE = lazy_pattern(r"[A-Za-z0-9]+")
_BLOCK = lazy_pattern(r"[|>][-+1-9]{0,2}[ \t]*$")
"""The end of a line of YAML, without its comment, behind which a text begins."""
_ANY_COMMENT = lazy_pattern(r"[ \t]#")
_ITEM = lazy_pattern(r"([ ]*+(?:-[ ]++(?=-))*+)-[ ]++(?:[!&][^ ]++[ ]++)*+[|>]")
"""A line of YAML with a text that is itself an item of a list, up to the dash of this item."""
MOST_COMMENTS = 1000
"""How many codes in comments of one spec are looked at."""
MOST_UNUSED = 20
"""How many codes that silence nothing are reported."""


@frozen(kw_only=True)
class Checks:
    """What a workspace and a command line say about warnings."""

    strict: bool = False
    """Whether warnings and advice are errors."""
    ignored: frozenset[str] = frozenset()
    """The codes of warnings that are left out."""
    airflow: str = "3"
    """The target, as the setting names it: what is certain to fail there is an error."""
    variables: Variables = field(default_factory=Variables)
    """What `${{ vars.NAME }}` stands for."""


@frozen
class Ignore:
    """A comment that silences the warnings with a code on its line."""

    code: str
    line: int
    column: int
    end_column: int


def judged(diagnostics: Iterable[Diagnostic], text: str, checks: Checks) -> tuple[Diagnostic, ...]:
    """Return the findings about a spec as a workspace takes them.

    Args:
        diagnostics: The findings.
        text: The spec, with its comments `# dagctl: ignore DAG454`.
        checks: What counts.

    Returns:
        The findings in the order of the text: without the warnings that are ignored, with one for
        each comment that silences nothing, and with the severity that counts.
    """
    taken = [_certain(finding, checks) for finding in diagnostics]
    ignores = list(ignores_in(text))
    silenced = _Silenced(text, ignores)
    kept = [finding for finding in taken if not _is_silenced(finding, silenced, checks)]
    used = {
        place
        for finding in taken
        if finding.severity is not Severity.ERROR
        for place in silenced.places(finding)
    }
    kept += _all_unused([i for i in ignores if (i.line, i.code) not in used], taken)
    return _strict(kept, checks)


def taken_by(checked: Checked, text: str, checks: Checks) -> Checked:
    """Return what was found about a spec as a workspace takes it; no spec if there is an error.

    Args:
        checked: The spec and the findings.
        text: As of `judged`.
        checks: What counts.
    """
    own = [each for each in checked.diagnostics if each.source is None or each.source.text == text]
    others = [each for each in checked.diagnostics if each not in own]
    diagnostics = (*judged(own, text, checks), *judged_elsewhere(others, checks))
    return Checked.of(checked.spec, diagnostics)


def text_of(source: str | bytes) -> str:
    """Return a spec as text, for the comments in it; what is not UTF-8 is an error elsewhere."""
    return source if isinstance(source, str) else source.decode("utf-8-sig", "replace")


def judged_elsewhere(diagnostics: Iterable[Diagnostic], checks: Checks) -> tuple[Diagnostic, ...]:
    """Return the findings in files that specs take in, as a workspace takes them.

    A comment counts as in a spec; one that silences nothing is not reported, as the findings of
    another spec may be what it is for.
    """
    taken = [_certain(finding, checks) for finding in diagnostics]
    texts = {id(each.source): each.source.text for each in taken if each.source}
    silenced = {key: _Silenced(text, ignores_in(text)) for key, text in texts.items()}
    kept = [
        finding
        for finding in taken
        if not _is_silenced(finding, silenced.get(id(finding.source)), checks)
    ]
    return _strict(kept, checks)


def _strict(kept: Iterable[Diagnostic], checks: Checks) -> tuple[Diagnostic, ...]:
    """Return the findings, each as an error if a workspace is strict."""
    if not checks.strict:
        return tuple(kept)
    return tuple(replace(finding, severity=Severity.ERROR) for finding in kept)


def ignores_in(text: str) -> Iterator[Ignore]:
    """Yield the codes that comments in a spec name, line by line."""
    if "dagctl:" not in text:
        return
    count = 0
    for number, line in enumerate(text.split("\n"), 1):
        comment = _COMMENT.search(line) if "dagctl:" in line else None
        if comment is None:
            continue
        codes = [*_CODE.finditer(line, comment.start("codes"), comment.end("codes"))]
        for code in codes or [comment]:
            named = code.group().upper() if codes else ""
            yield Ignore(named, number, code.start() + 1, code.end() + 1)
            count += 1
            if count == MOST_COMMENTS:
                return


def _certain(finding: Diagnostic, checks: Checks) -> Diagnostic:
    series = checks.airflow.partition(" ")[0].partition(".")[0]  # of "3.1 amazon==9.4.0"
    is_certain = series in finding.fails_in
    return replace(finding, severity=Severity.ERROR) if is_certain else finding


def _place(finding: Diagnostic) -> tuple[int | None, str]:
    return finding.line, finding.code


class _Silenced:
    """What the comments of a text silence."""

    def __init__(self, text: str, ignores: Iterable[Ignore]) -> None:
        self._places = {(ignore.line, ignore.code) for ignore in ignores}
        self._headers = _headers(text.split("\n"), {line for line, _ in self._places})

    def __contains__(self, finding: Diagnostic) -> bool:
        return any(place in self._places for place in self.places(finding))

    def places(self, finding: Diagnostic) -> tuple[tuple[int | None, str], ...]:
        """Return the lines with a comment that may silence it, each with its code."""
        header = self._headers.get(finding.line or 0)
        own = _place(finding)
        return (own,) if header is None else (own, (header, finding.code))


def _headers(lines: Sequence[str], commented: set[int]) -> dict[int, int]:
    """Return, for each line of a block of text, the line with a comment that it begins at.

    In such a block (`bash_command: |`) a comment would be a part of the text.
    """
    headers: dict[int, int] = {}
    end = 0
    for number in sorted(commented):
        line = lines[number - 1]
        comment = _COMMENT.search(line)
        if number <= end or comment is None:
            continue
        if not _BLOCK.search(_ANY_COMMENT.split(line[: comment.start()], 1)[0]):
            continue
        item = _ITEM.match(line)
        margin = item.end(1) if item else len(line) - len(line.lstrip(" -"))
        end = number
        while end < len(lines) and _is_inside(lines[end], margin):
            end += 1
            headers[end] = number
    return headers


def _is_inside(line: str, margin: int) -> bool:
    return not line.strip() or len(line) - len(line.lstrip(" ")) > margin


def _is_silenced(finding: Diagnostic, silenced: _Silenced | None, checks: Checks) -> bool:
    if finding.severity is Severity.ERROR:
        return False
    return finding.code in checks.ignored or (silenced is not None and finding in silenced)


def _all_unused(unused: Sequence[Ignore], findings: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield the findings about comments that silence nothing, up to a number."""
    places = {_place(finding) for finding in findings}
    yield from (_unused(ignore, places) for ignore in unused[:MOST_UNUSED])
    if (more := len(unused) - MOST_UNUSED) > 0:
        last = unused[MOST_UNUSED]
        message = f"{more} more codes in comments from here on silence nothing"
        yield _about(last, Code.LEFT_OUT, message, "remove the comments")


def _unused(ignore: Ignore, places: set[tuple[int | None, str]]) -> Diagnostic:
    """Return the finding about a comment that silences nothing, and why it does not."""
    if not ignore.code:
        message = "the comment names no code, so it silences nothing"
        hint = "write the codes behind it: `# dagctl: ignore DAG454`"
    elif (ignore.line, ignore.code) in places:
        message = f"{ignore.code} on this line is an error, which no comment can silence"
        hint = "correct what it reports"
    else:
        message, hint = f"there is no {ignore.code} on this line to ignore", "remove the comment"
    return _about(ignore, Code.UNUSED_IGNORE, message, hint)


def _about(ignore: Ignore, code: Code, message: str, hint: str) -> Diagnostic:
    return Diagnostic(
        code=code,
        message=message,
        severity=Severity.WARNING,
        hint=hint,
        line=ignore.line,
        column=ignore.column,
        end_line=ignore.line,
        end_column=ignore.end_column,
    )
