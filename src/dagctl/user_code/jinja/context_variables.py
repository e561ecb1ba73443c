"""The variables of templates: those that Airflow no longer has, has not yet, or never had."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from jinja2 import nodes

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, warning
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.text.lines import Lines, TextRange
from dagctl.text.template_signs import signs
from dagctl.user_code.airflow_context import CONTEXT_KEYS, GONE_IN_3, MACROS, SINCE, attribute_slip
from dagctl.user_code.jinja.brought_names import NOTHING
from dagctl.user_code.jinja.template import is_guard, template_nodes
from dagctl.user_code.jinja.words import AIRFLOW, Words, environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dagctl.target import Target
    from dagctl.user_code.jinja.brought_names import Brought

REPLACEMENTS = {
    "execution_date": "logical_date",
    "next_execution_date": "data_interval_end",
    "prev_execution_date": "prev_data_interval_start_success or logical_date",
    "prev_execution_date_success": "prev_data_interval_start_success",
    "next_ds": "data_interval_end | ds",
    "next_ds_nodash": "data_interval_end | ds_nodash",
    "prev_ds": "(prev_data_interval_start_success or logical_date) | ds",
    "prev_ds_nodash": "(prev_data_interval_start_success or logical_date) | ds_nodash",
    "tomorrow_ds": "macros.ds_add(ds, 1)",
    "tomorrow_ds_nodash": "macros.ds_add(ds, 1) | replace('-', '')",
    "yesterday_ds": "macros.ds_add(ds, -1)",
    "yesterday_ds_nodash": "macros.ds_add(ds, -1) | replace('-', '')",
}
"""Variables that Airflow 3 no longer has, and what to write instead.

Before the first success there is no `prev_data_interval_start_success`, and `None | ds` fails.
"""
WITHOUT = {
    "conf": "read the configuration in a python task",
    "test_mode": "remove it",
    "triggering_dataset_events": "write {{ triggering_asset_events }}",
}
"""Further ones, and what to do instead."""
_BRANCHES = (
    *(nodes.If, nodes.For, nodes.CondExpr, nodes.And, nodes.Or),
    *(nodes.Macro, nodes.CallBlock, nodes.Block),
)
"""What may leave a part of a template out."""
_IN_BLOCKS = {"caller", "kwargs", "loop", "self", "super", "varargs"}
_KNOWN = CONTEXT_KEYS | REPLACEMENTS.keys() | AIRFLOW.globals.keys() | _IN_BLOCKS


def name_warnings(text: str, brought: Brought = NOTHING) -> Iterator[Problem]:
    """Yield a warning for each variable of a template that some Airflow does not have.

    Args:
        text: A text that can be read as a template.
        brought: What the DAG brings for it.
    """
    words = Words(Lines(text))
    tree = template_nodes(text)
    names = _read_names(tree) - brought.macros
    gone, strange = names & GONE_IN_3, names - _KNOWN - environment(signs()).globals.keys()
    strange = strange and strange - _bound_names(tree) - _guarded_names(tree)
    first = words.variables(gone | strange)
    straight = is_straight(tree)
    harmless = gone if brought.is_lenient else gone and gone & _guarded_names(tree)
    yield from _gone_variables(gone, first, harmless, straight=straight)
    if brought.is_lenient:
        return
    yield from _unknown_variables(strange, first, brought.arguments, straight=straight)
    yield from _attributes(tree, brought.macros, words, straight=straight)


def newer_names(text: str, target: Target) -> Iterator[Problem]:
    """Yield a warning for each variable that a newer Airflow than the target has."""
    tree = template_nodes(text)
    new = {name for name in _read_names(tree) & SINCE.keys() if not target.has(SINCE[name])}
    first = Words(Lines(text)).variables(new)
    for name in sorted(new):
        since = ".".join(map(str, SINCE[name]))
        yield warning(
            Code.UNKNOWN_VARIABLE,
            f"{quoted(name)} needs Airflow {since}; the target is Airflow {target.name}",
            "use what the target has",
            first.get(name),
            fails_in=(target.series,) if is_straight(tree) else (),
        )


def _gone_variables(
    gone: set[str], first: Mapping[str, TextRange], harmless: set[str], *, straight: bool
) -> Iterator[Problem]:
    for name in sorted(gone):
        effect = "" if name in harmless else ": the task would fail"
        yield warning(
            Code.GONE_VARIABLE,
            f"Airflow 3 has no variable `{name}`{effect}",
            WITHOUT.get(name) or f"write {{{{ {REPLACEMENTS[name]} }}}}",
            first.get(name),
            fails_in=("3",) if straight and effect else (),
        )


def _unknown_variables(
    strange: set[str],
    first: Mapping[str, TextRange],
    arguments: frozenset[str],
    *,
    straight: bool,
) -> Iterator[Problem]:
    for name in sorted(strange):
        yield warning(
            Code.UNKNOWN_VARIABLE,
            f"templates have no variable {quoted(name)}: the task would fail",
            "declare it under `params` and write `params.NAME`, or write `var.value.NAME`",
            first.get(name),
            fails_in=("2", "3") if straight else (),
            near=partial(_meant, name, arguments),
        )


def _meant(name: str, arguments: frozenset[str]) -> str | None:
    if name in arguments:
        return f"give `{{$arg: {name}}}` to a parameter; a command reads it from its `env`"
    if name in MACROS:
        return f"write `macros.{name}`"
    return did_you_mean(name, CONTEXT_KEYS)


def _attributes(
    tree: list[nodes.Node], more: frozenset[str], words: Words, *, straight: bool
) -> Iterator[Problem]:
    """Yield a warning for each thing that is read of `ti`, `var` and others, and is not there."""
    followed = {id(node.node) for node in tree if isinstance(node, nodes.Getattr | nodes.Getitem)}
    read = {
        pair: None
        for node in tree
        if (pair := _attribute_of(node))
        and (pair[0] != "macros" or id(node) not in followed)  # `macros.PLUGIN.macro`
    }
    slips = {pair: slip for pair in read if (slip := attribute_slip(*pair))}
    if not slips:
        return
    free = {owner for owner, _ in slips} - more - _bound_names(tree) - _guarded_names(tree)
    places = words.accesses()
    for (owner, name), slip in slips.items():
        if owner in free:
            code = Code.GONE_VARIABLE if slip.gone else Code.UNKNOWN_VARIABLE
            access = places.get((owner, name))
            yield warning(
                code,
                slip.message,
                slip.hint,
                access.name if access else None,
                fails_in=slip.fails_in if straight else (),
            )


def _attribute_of(node: nodes.Node) -> tuple[str, str] | None:
    """Return the name and the attribute of `ti.state` or `var['x']`, or None."""
    match node:
        case nodes.Getattr(node=nodes.Name(name=owner), attr=str(name)):
            return owner, name
        case nodes.Getitem(node=nodes.Name(name=owner), arg=nodes.Const(value=str(name))):
            return owner, name
        case _:
            return None


def is_straight(tree: list[nodes.Node]) -> bool:
    """Return whether a template evaluates each expression, and none accepts a missing name."""
    return not any(isinstance(node, _BRANCHES) or is_guard(node) for node in tree)


def _read_names(tree: Iterable[nodes.Node]) -> set[str]:
    return {node.name for node in tree if isinstance(node, nodes.Name) and node.ctx == "load"}


def _guarded_names(tree: list[nodes.Node]) -> set[str]:
    """Return the names that are read where a guard accepts that they are missing.

    Each node is visited once.
    """
    guarded: set[str] = set()
    met: set[int] = set()
    level = [node for node in tree if is_guard(node)]
    while level:
        met.update(map(id, level))
        guarded |= _read_names(level)
        children = (child for node in level for child in node.iter_child_nodes())
        level = [child for child in children if id(child) not in met]
    return guarded


def _bound_names(tree: list[nodes.Node]) -> set[str]:
    """Return the names that a template gives itself, anywhere in it."""
    bound: set[str] = set()
    for node in tree:
        match node:
            case nodes.Name(name=name, ctx="store" | "param") | nodes.Macro(name=name):
                bound.add(name)
            case nodes.Import(target=name):
                bound.add(name)
            case nodes.FromImport(names=names):
                bound |= {name if isinstance(name, str) else name[1] for name in names}
    return bound
