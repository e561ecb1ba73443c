"""`for_each` on a task or a group: as many of it as there are values, when a spec is read."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.wording import quoted
from dagctl.frozen import frozen
from dagctl.spec.fields.types import MAX_ENTRIES
from dagctl.spec.resolution import FOR_EACH
from dagctl.spec.resolution.placeholders import NAME
from dagctl.spec.validation.gone import GONE, MEANS_FOR_EACH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.spec.resolution.filling import Each, Filler
    from dagctl.text.document import Node
    from dagctl.text.lines import Span

MAX_NAMES = 5
"""Names in one `for_each`."""
_FORM = "write `for_each: {table: [orders, customers]}`"


@frozen
class Unroller:
    """Turns the entries of `tasks` into those that are meant, with their variables in place."""

    filler: Filler

    def root(self, root: Node) -> Node:
        """Return the top of a spec with all variables and loops in place.

        Raises:
            TooMuchError: It would be too large.
        """
        return self._holder(root, {}, root.keys)

    def _holder(self, node: Node, each: Each, keys: Mapping[str, tuple[Span, Node]]) -> Node:
        """Return a DAG, a group or a task, with the entries in it."""
        made = {
            name: (entry[0], self._entries(entry[1], each))
            if name == "tasks" and entry[1].kind == "list"
            else self.filler.entry(name, entry, each)
            for name, entry in keys.items()
        }
        is_same = len(made) == len(node.keys) and all(
            made[name][1] is entry[1] for name, entry in node.keys.items()
        )
        return node if is_same else self.filler.made_mapping(node, made)

    def _entries(self, node: Node, each: Each) -> Node:
        items: list[Node] = []
        numbers: list[int] = []
        for number, entry in enumerate(node.items):
            made = list(self._copies(entry, each))
            items += made
            numbers += [number] * len(made)
        is_same = len(items) == len(node.items) and all(
            new is old for new, old in zip(items, node.items, strict=True)
        )
        return node if is_same else self.filler.made_list(node, items, numbers)

    def _copies(self, entry: Node, each: Each) -> Iterator[Node]:
        """Yield what one entry stands for."""
        if entry.kind != "mapping":
            yield self.filler.fill(entry, each)
            return
        if FOR_EACH not in entry.keys and not self._is_misspelt(entry):
            yield self._holder(entry, each, entry.keys)
            return
        if FOR_EACH not in entry.keys:
            return
        keys = {name: inner for name, inner in entry.keys.items() if name != FOR_EACH}
        rounds = self._rounds(*entry.keys[FOR_EACH], each)
        self.filler.is_broken |= not rounds
        self.filler.budget.take(
            values=len(rounds) * (1 + sum(inner.count() for _, inner in keys.values()))
        )
        ids: set[object] = set()
        for number, scope in enumerate(rounds):
            before = self.filler.refused
            copy = self._holder(entry, scope, keys)
            own_id = copy.keys.get("task_id") or copy.keys.get("group_id")
            name_of_copy = own_id[1].value if own_id else None
            if own_id and isinstance(name_of_copy, str) and name_of_copy in ids:
                self.filler.is_broken = True
                if self.filler.refused == before:  # else the id is not known
                    name = "task_id" if "task_id" in keys else "group_id"
                    self._refuse_same_id(own_id[1], str(keys[name][1].value), list(scope)[-1])
                return
            ids.add(name_of_copy if isinstance(name_of_copy, str) else number)
            yield copy

    def _is_misspelt(self, entry: Node) -> bool:
        """Return whether an entry has `for_each` under another name, and refuse it then."""
        name = next((word for word in MEANS_FOR_EACH if word in entry.keys), None)
        if name is not None:
            self.filler.is_broken = True
            message, hint = f"a spec has no {quoted(name)}", GONE[name]
            self.filler.refuse(Code.UNKNOWN_KEY, message, hint, entry.keys[name][0])
        return name is not None

    def _rounds(self, key: Span, node: Node, each: Each) -> list[Each]:
        """Return what the names of a `for_each` stand for in each round; none if it is wrong."""
        before = self.filler.refused
        loop = self.filler.fill(node, each)
        if self.filler.refused > before:
            return []
        if loop.kind != "mapping" or not 0 < len(loop.keys) <= MAX_NAMES:
            message = f"`for_each` must be a mapping of 1 to {MAX_NAMES} names to lists"
            self.filler.refuse(Code.BAD_LOOP, message, _FORM, key)
            return []
        good = [self._is_list(name, entry) for name, entry in loop.keys.items()]
        if not all(good):
            return []
        count = prod(len(values.items) for _, values in loop.keys.values())
        if count > MAX_ENTRIES:
            message = f"`for_each` makes {count:,} copies; at most {MAX_ENTRIES:,} are allowed"
            self.filler.refuse(Code.BAD_LOOP, message, "give it fewer values", key)
            return []
        rounds = product(*(values.items for _, values in loop.keys.values()))
        return [{**each, **dict(zip(loop.keys, values, strict=True))} for values in rounds]

    def _is_list(self, name: str, entry: tuple[Span, Node]) -> bool:
        key, values = entry
        if not NAME.fullmatch(name):
            message = f"{quoted(name)} cannot be the name of a variable"
            self.filler.refuse(Code.BAD_LOOP, message, "use letters, digits, `_` and `-`", key)
            return False
        if values.kind != "list" or not values.items:
            message = f"{quoted(name)} must be a list with at least one value"
            self.filler.refuse(Code.BAD_LOOP, message, _FORM, key)
            return False
        return True

    def _refuse_same_id(self, own_id: Node, written: str, name: str) -> None:
        """Refuse copies with one id.

        Args:
            own_id: The id of a copy.
            written: The id as its author wrote it.
            name: The last name of the loop.
        """
        message = f"the copies of this entry have the same id, {quoted(str(own_id.value))}"
        hint = f"let the id differ: `..._${{{{ each.{name} }}}}`"
        if f"each.{name}" in written:
            hint = "two values of `for_each` make it: take one out, or put more into the id"
        self.filler.refuse(Code.BAD_LOOP, message, hint, own_id.span)
