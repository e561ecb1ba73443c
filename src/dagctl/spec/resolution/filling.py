"""Variables are put into the values of a document; each value keeps its place in the text."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.findings.problem import MAX_PROBLEMS, Problem
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.frozen import mutable
from dagctl.patterns import lazy_pattern
from dagctl.spec.checks.plain_secrets import REVOKE
from dagctl.spec.resolution.filled_text import Replacement, with_replacements
from dagctl.spec.resolution.placeholders import (
    BEGIN,
    LITERAL,
    SCOPES,
    Placeholder,
    Reference,
    pieces,
)
from dagctl.spec.resolution.variables import Variables, is_secret, scalar_text, text_of
from dagctl.text.data_document import node_of
from dagctl.text.lines import MAX_BYTES, MAX_VALUES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dagctl.spec.resolution.variables import Variable
    from dagctl.text.document import Document, Entries, Node
    from dagctl.text.lines import Span

    Each = Mapping[str, Node]
    """What the variables of loops stand for now."""

_OF_AIRFLOW = lazy_pattern(r"\bvar\s*\.\s*(?:value|json)\b")
"""How a template of Airflow reads one of Airflow's variables."""
_OF_VAR = lazy_pattern(r"\$\{\{\s*var\.[\w-]+(?:\.[\w-]+)*\s*\}\}")
"""A variable of dagctl, but for one letter."""
_BARE = lazy_pattern(r"\$\{\{\s*([\w-]+)(?:\.[\w-]+)*\s*\}\}")
"""A name without its scope."""
_OF_GITHUB = {
    "secrets": "write `{{ conn.NAME.password }}` or `{{ var.value.NAME }}`, which Airflow reads",
    "env": "write `$NAME`, which bash reads from its environment",
}
"""What to write in place of what a workflow of GitHub has."""
_USE = "write `${{ vars.NAME }}` or `${{ each.NAME }}`; `$${{` is the text `${{`"


class TooMuchError(Exception):
    """What would be made is larger than a text may be."""


@mutable
class Budget:
    """How much may still be made."""

    values: int = MAX_VALUES
    characters: int = MAX_BYTES

    def take(self, values: int = 0, characters: int = 0) -> None:
        """Count what is made.

        Raises:
            TooMuchError: It is more than a document may hold.
        """
        self.values -= values
        self.characters -= characters
        if self.values < 0 or self.characters < 0:
            raise TooMuchError


@mutable
class Filler:
    """Puts variables into values of one document, and remembers what is wrong with them."""

    document: Document
    """What the values are read from."""
    variables: Variables
    budget: Budget
    findings: list[Problem] = field(default_factory=list)
    refused: int = 0
    """How often something was wrong; each copy of a loop counts."""
    is_broken: bool = False
    """Whether a loop could not be done."""
    used: set[str] = field(default_factory=set)
    """The variables of the workspace that were named."""
    _said: set[tuple[Code, str, Span, int]] = field(default_factory=set)
    """What the findings say, and where."""

    def fill(self, node: Node, each: Each) -> Node:
        """Return a value with its variables; itself if it has none.

        Raises:
            TooMuchError: It would be too large.
        """
        if isinstance(node.value, str):
            return self._text(node, each) if BEGIN in node.value else node
        if node.kind == "list":
            items = [self.fill(item, each) for item in node.items]
            is_same = all(new is old for new, old in zip(items, node.items, strict=True))
            return node if is_same else self.made_list(node, items)
        if node.kind == "mapping":
            keys = {name: self.entry(name, entry, each) for name, entry in node.keys.items()}
            is_same = all(keys[name] is entry for name, entry in node.keys.items())
            return node if is_same else self.made_mapping(node, keys)
        return node

    def entry(self, name: str, entry: tuple[Span, Node], each: Each) -> tuple[Span, Node]:
        """Return a key and its value with its variables; the same pair if it has none."""
        if BEGIN in name:
            message = "a variable cannot stand in a key"
            document = entry[1].document
            self.refuse(Code.BAD_VARIABLE, message, "write the key out", entry[0], document)
        filled = self.fill(entry[1], each)
        return entry if filled is entry[1] else (entry[0], filled)

    def made_list(self, node: Node, items: list[Node], numbers: list[int] | None = None) -> Node:
        """Return a list that was made from another."""
        self.budget.take(values=1 + len(items))
        return node.with_items(items, numbers)

    def made_mapping(self, node: Node, keys: Entries) -> Node:
        """Return a mapping that was made from another."""
        self.budget.take(values=1 + len(keys))
        return node.with_keys(keys)

    def refuse(
        self, code: Code, message: str, hint: str, span: Span, document: Document | None = None
    ) -> None:
        """Remember what is wrong, at its place in a file with defaults, or in the spec."""
        severity = Severity.WARNING if code == Code.PLAIN_CREDENTIAL else Severity.ERROR
        self.refused += severity is Severity.ERROR
        what = (code, message, span, id(document))  # each copy of a loop has the same slip
        if len(self.findings) < MAX_PROBLEMS and what not in self._said:
            self._said.add(what)
            finding = Problem(code, message, hint, span=span, severity=severity, document=document)
            self.findings.append(finding)

    def _refuse(self, code: Code, message: str, hint: str, node: Node) -> None:
        self.refuse(code, message, hint, node.span, node.document)

    # --- Texts ---

    def _text(self, node: Node, each: Each) -> Node:
        text: str = node.value
        places = list(pieces(text))
        if (
            len(places) == 1
            and places[0].reference
            and (places[0].start, places[0].end) == (0, len(text))
        ):
            return self._whole(node, places[0].reference, each)
        return self._joined(node, places, each)

    def _whole(self, node: Node, reference: Reference, each: Each) -> Node:
        """Return what a variable stands for that is a whole value; it keeps its type."""
        if reference.scope == "each":
            item = self._item(node, reference, each)
            return node if item is None else item
        variable = self._variable(node, reference)
        if variable is None:
            return node
        value = self._inside(variable.value, reference, node)
        self.budget.take(*_size(value))
        made = node_of(value, node.span, node.document)
        made.said = _said(reference, variable)
        return made

    def _joined(self, node: Node, places: Sequence[Placeholder], each: Each) -> Node:
        """Return a text in which variables are replaced by what they stand for."""
        replaced: list[Replacement] = []
        start = 0
        said = [node.said] if node.said else []
        for place in places:
            text, by = self._filled(node, place, each)
            if text is None:
                return node
            self.budget.take(characters=place.start - start + len(text))
            replaced.append(Replacement(place.start, place.end, text))
            said += [by] if by and by not in said else []
            start = place.end
        owner = node.document or self.document
        return with_replacements(node, replaced, owner, ", ".join(said) or None)

    def _filled(self, node: Node, piece: Placeholder, each: Each) -> tuple[str | None, str]:
        """Return what stands for a piece of a text, and what said so; None: nothing can."""
        reference = piece.reference
        if piece.is_literal:
            return LITERAL[1:], ""
        if reference is None:
            self._refuse_piece(node, piece, each)
            return None, ""
        if reference.scope == "each":
            item = self._item(node, reference, each)
            text, said = (scalar_text(item.value) if item else None), ""
            is_known = item is not None
        else:
            before = self.refused
            variable = self._variable(node, reference)
            value = variable and self._inside(variable.value, reference, node)
            is_plain = len(reference.names) == 1
            text = (text_of(variable) if is_plain else scalar_text(value)) if variable else None
            said = _said(reference, variable) if variable else ""
            is_known = self.refused == before
        if text is None and is_known:
            message = f"{quoted(str(reference))} is no text and no number"
            hint = "let it be the whole value, or name one of its keys"
            self._refuse(Code.BAD_VARIABLE, message, hint, node)
        return text, said

    def _refuse_piece(self, node: Node, piece: Placeholder, each: Each) -> None:
        text = node.value[piece.start : piece.end]
        message = f"{quoted(text)} is no variable"
        if text == BEGIN:
            message = "`${{` begins a variable, and `}}` does not follow on this line"
        elif text.removeprefix(BEGIN).lstrip().startswith("params."):
            message = f"{quoted(text)}: only a template has parameters at create time"
        hint = _USE
        scope = text.removeprefix(BEGIN).lstrip().partition(".")[0]
        if text != BEGIN and scope not in {*SCOPES, "params"}:  # `shop.orders${{ ds_nodash }}`
            hint = f"a `$` before Jinja is written twice: {quoted(f'${text}')}; else {_USE}"
            hint = _OF_GITHUB.get(scope, hint)
            if scope == "var" and not _OF_AIRFLOW.search(text):
                is_plain = _OF_VAR.fullmatch(text)
                hint = (
                    f"did you mean {quoted(text.replace('var.', 'vars.', 1))}?"
                    if is_plain
                    else _USE
                )
            hint = self._with_scope(text, each) or hint
        self._refuse(Code.BAD_VARIABLE, message, hint, node)

    def _with_scope(self, text: str, each: Each) -> str | None:
        """Return the hint for a name of a loop, or of a variable, that stands without its scope."""
        match = _BARE.fullmatch(text)
        known = {"each": each, "vars": self.variables.values}
        scope = next((scope for scope, names in known.items() if match and match[1] in names), None)
        return (
            f"did you mean {quoted(f'${{{{ {scope}.{text[3:-2].strip()} }}}}')}?" if scope else None
        )

    # --- What variables stand for ---

    def _variable(self, node: Node, reference: Reference) -> Variable | None:
        name = reference.names[0]
        variable = self.variables.values.get(name)
        self.used.add(name)
        if variable is not None and is_secret(variable):
            message = f"the value of {quoted(name)} holds a secret in plain text"
            self._refuse(Code.PLAIN_CREDENTIAL, message, REVOKE, node)
        if variable is None:
            message = f"there is no variable {quoted(name)}"
            if self.variables.environment:
                message += f" in the environment {quoted(self.variables.environment)}"
            hint = _where_to_set(name, self.variables)
            self._refuse(Code.NO_VARIABLE, message, hint, node)
        return variable

    def _inside(self, value: Any, reference: Reference, node: Node) -> Any:  # noqa: ANN401 - JSON
        """Return what the keys of a reference lead to in a value."""
        for depth, name in enumerate(reference.names[1:], 1):
            if not isinstance(value, dict) or name not in value:
                self._refuse_key(node, reference, depth, value)
                return None
            value = value[name]
        return value

    def _item(self, node: Node, reference: Reference, each: Each) -> Node | None:
        """Return what a variable of a loop stands for."""
        item = each.get(reference.names[0])
        if item is None:
            hint = (
                did_you_mean(reference.names[0], each)
                or f"write `for_each: {{{reference.names[0]}: [...]}}` on the task or group"
            )
            message = f"no `for_each` around here has {quoted(reference.names[0])}"
            self._refuse(Code.NO_VARIABLE, message, hint, node)
            return None
        for depth, name in enumerate(reference.names[1:], 1):
            if name not in item.keys:
                self._refuse_key(node, reference, depth, item.value)
                return None
            item = item.keys[name][1]
        return item

    def _refuse_key(self, node: Node, reference: Reference, depth: int, value: object) -> None:
        name = reference.names[depth]
        inside = ".".join((reference.scope, *reference.names[:depth]))
        message = f"{quoted(inside)} has no key {quoted(name)}"
        keys = list(map(str, value)) if isinstance(value, dict) else []
        hint = did_you_mean(name, keys) or f"its keys: {', '.join(keys[:12]) or 'none'}"
        if not isinstance(value, dict):
            message, hint = f"{message}: it is no table", f"write `${{{{ {inside} }}}}`"
        self._refuse(Code.NO_VARIABLE, message, hint, node)


def _size(value: object) -> tuple[int, int]:
    """Return how many values and characters data have; variables are bounded already."""
    if isinstance(value, dict):
        sizes = [_size(item) for item in value.values()]
    elif isinstance(value, list):
        sizes = [_size(item) for item in value]
    else:
        return 1, len(value) if isinstance(value, str) else 0
    return 1 + sum(size[0] for size in sizes), sum(size[1] for size in sizes)


def _said(reference: Reference, variable: Variable) -> str:
    return f"{quoted(str(reference))} is set by {variable.said_by}"


def _where_to_set(name: str, variables: Variables) -> str:
    """Return how a variable gets a value."""
    near = did_you_mean(name, variables.values)
    if near:
        return near
    environments = variables.elsewhere.get(name)
    if environments:
        way = f"`--env {environments[0]}`"
        if variables.of_request is not None:
            way = f"`env={environments[0]}` to the query"
        return f"it is set in {', '.join(environments[:5])}: add {way}"
    if variables.of_request is not None:
        return variables.of_request
    return f'set it in dagctl.toml, under [vars]: {name} = "..."; or add `--var {name}=...`'
