"""The nodes of a template: what stands around its tags changes nothing that a check asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from jinja2 import TemplateError, nodes

from dagctl.user_code.jinja.context_variables import name_warnings
from dagctl.user_code.jinja.passed_over import swallowed
from dagctl.user_code.jinja.template import template_nodes, template_problems
from dagctl.user_code.jinja.words import AIRFLOW

if TYPE_CHECKING:
    from collections.abc import Callable

TEXTS = [
    "{{ ds }}",
    "echo {{ ds }} 5",
    "a\n\nb {{ ds }}\n{{ params.x }} c\nd",
    "a\r\nb {{ ds }}\r{{ ts }}",
    "{{{ ds }",
    "a {{{'a': 1}['a']}} b",
    'x {{ "}}" }} y',
    "x {{ '%}' }} #} y {{ ds }} z",
    "{% if ds %}yes{% else %}no{% endif %} after",
    "{% raw %}{{ x }}{% endraw %} {{ ds }}",
    "{% raw %}no end",
    "{# a {{ ds }} #} {{ ts }}",
    "no end {{ ds",
    "an end }} before {{ ds }}",
    "}} {{ ds",
    "{% if ds %}\nnever closed\n\n",
    "a {{ ds }} {% b",
    "a }} {# b",
    "{%- if ds -%} a {%- endif -%} b",
    "{{ 1 }}\n{{ ) }}\n",
    "plain",
]


def outcome(text: str, parse: Callable[[str], list[nodes.Node]]) -> object:
    try:
        every = parse(text)
    except TemplateError as error:
        return type(error), str(error), getattr(error, "lineno", None)
    return [
        (type(node).__name__, node.lineno, getattr(node, "name", None))
        for node in every
        if not isinstance(node, nodes.TemplateData | nodes.Output | nodes.Template)
    ]


def whole(text: str) -> list[nodes.Node]:
    every: list[nodes.Node] = []
    level: list[nodes.Node] = [AIRFLOW.parse(text)]
    while level:
        every += level
        level = [child for node in level for child in node.iter_child_nodes()]
    return every


@pytest.mark.parametrize("text", TEXTS)
def test_the_text_around_tags_changes_neither_nodes_nor_errors_nor_lines(text: str) -> None:
    assert outcome(text, template_nodes) == outcome(text, whole)
    assert outcome(f"before\n{text}", template_nodes) == outcome(f"before\n{text}", whole)
    assert outcome(f"{text}\nbehind", template_nodes) == outcome(f"{text}\nbehind", whole)


def test_tasks_with_the_same_tags_share_their_nodes() -> None:
    assert template_nodes("echo {{ ds }} 1") is template_nodes("load {{ ds }} 2")


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("echo var.foo; {{ var.foo }}", 1, 22),
        ("echo macros.ds_ad 1 {# macros.ds_ad #} {{ macros.ds_ad('x') }}", 1, 50),
        ("{% raw %}{{ var.foo }}{% endraw %}\n {%- if ds %}{{ var['foo'] }}{% endif %}", 2, 22),
        ("echo \r var.foo\r\n{{ 'var.foo'\r\n~\rvar.foo }}", 3, 7),
        ("{{ var.foo }} {#\r\n", 1, 8),
        ("echo execution_date {{ ds.x('execution_date') }} {{ execution_date }}", 1, 53),
    ],
)
def test_a_finding_stands_in_the_code_of_the_template(text: str, line: int, column: int) -> None:
    [place] = [found.place for found in name_warnings(text)]
    assert place is not None
    assert (place.line, place.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        (r"{{ '\x4' }}", 4, r"truncated \xXX escape"),
        (r"ab {{ ds }} {{ '\N{DASH}' }}", 16, "unknown Unicode character name"),
        (r"{{ 'ok' ~ '\N{DASH' }}", 11, r"malformed \N character escape"),
        (r"{{ a b '\x4' }}", 1, "got 'b'"),  # which comes first: its line
    ],
)
def test_a_text_with_an_escape_that_there_is_not_is_a_finding_at_its_place(
    text: str, column: int, message: str
) -> None:
    [problem] = template_problems(text)
    assert message in problem.message
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (1, column)


def test_blanks_that_jinja_leaves_out_move_no_place() -> None:
    [found] = swallowed("a   {%- if ds %}\n{% endif %}${#x} #}")
    assert found.place is not None
    assert (found.place.line, found.place.column) == (2, 13)
