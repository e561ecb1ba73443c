"""`parse_python_code`: the way from the user's text to checked code."""

from __future__ import annotations

import ast
import copy
from functools import lru_cache
from itertools import chain, islice
from typing import NamedTuple

from dagctl.findings.codes import Code
from dagctl.findings.problem import MAX_IN_VALUE, Warnings
from dagctl.patterns import lazy_pattern
from dagctl.text.template_signs import Signs, signs
from dagctl.user_code.python import code_advice, code_checks
from dagctl.user_code.python.code import PythonCode
from dagctl.user_code.python.code_reads import reads_of
from dagctl.user_code.python.context import attribute_warnings, gone_parameters, key_warnings
from dagctl.user_code.python.findings import PythonCodeError, cut, finding, place_of_node
from dagctl.user_code.python.function_layout import as_function
from dagctl.user_code.python.function_tree import definition, function_tree
from dagctl.user_code.python.not_rendered import not_rendered
from dagctl.user_code.python.read_code import TOO_COMPLEX, ParsedCode, read
from dagctl.user_code.python.source_lines import lines_inside_strings, outdented, trimmed
from dagctl.user_code.python.syntax_tree import quietly, same
from dagctl.user_code.python.undefined import undefined

_ANY_NAME = "any_task_function"
_STRINGS = (ast.Constant, ast.JoinedStr, *filter(None, [getattr(ast, "TemplateStr", None)]))
_MAY_CHANGE = lazy_pattern(r"[\t\r\v\f]|\\\n| {80}")
"""Blanks that count otherwise further in, lines that go on, and more depth than Python reads."""


def parse_python_code(
    code: str,
    *,
    provide_context: bool = False,
    given: frozenset[str] = frozenset(),
    is_callback: bool = False,
    is_value: bool = False,
) -> PythonCode:
    """Return the code, checked: it would run as a task, and not when Airflow reads the file.

    Args:
        code: A body, or one `def`.
        provide_context: Whether a body takes `**context`.
        given: The arguments that the function is called with.
        is_callback: Whether Airflow calls it with the context as its one argument instead.
        is_value: Whether it is given to an operator, which calls it with what it likes.

    Raises:
        PythonCodeError: It would not; the problem's place is inside `code`.
    """
    kind = _Kind(provide_context, given, is_callback, is_value)
    return _parsed(code, kind, signs())


class _Kind(NamedTuple):
    """What code is for; as of `parse_python_code`."""

    provide_context: bool
    given: frozenset[str]
    is_callback: bool
    is_value: bool


@lru_cache(maxsize=16)  # of one task the check, its model and the warnings ask in turn
def _parsed(code: str, kind: _Kind, _: Signs) -> PythonCode:
    provide_context, given, is_callback, is_value = kind
    reading = read(code)
    function = _only_def(reading.statements, is_callback=is_callback)
    signature = "context" if is_callback else "**context" if provide_context else ""
    if function:
        problems = code_checks.def_problems(
            reading, function, is_callback=is_callback, is_value=is_value
        )
    elif is_value:
        problems = code_checks.no_function_problems(reading)
    else:
        problems = code_checks.body_problems(reading, signature)
    if refused := list(islice(problems, MAX_IN_VALUE)):
        raise PythonCodeError(*refused)
    if function:
        parsed = _def(reading, function, given, is_callback=is_callback, is_value=is_value)
    else:
        parsed = _body(reading, signature)
    if not parsed.is_plain:
        _check_placement(parsed, reading.statements, provide_context=provide_context)
    return parsed


def _only_def(statements: list[ast.stmt], *, is_callback: bool) -> code_checks.Def | None:
    """Return the one `def` that the code consists of, a leading text aside.

    Airflow awaits no callback of a DAG file, so an `async def` is none.
    """
    *before, last = statements
    alone = not before or (len(before) == 1 and _is_text(before[0]))
    kinds = ast.FunctionDef if is_callback else code_checks.Def
    return last if alone and isinstance(last, kinds) else None


def _is_text(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _body(reading: ParsedCode, signature: str) -> PythonCode:
    source = reading.source
    missing = () if signature else code_advice.context_missing(reading.nodes, source)
    # that the context lacks is said already
    function = definition("f", signature or "context", reading.statements)
    reads = reads_of(reading.statements, reading.nodes, source, "context" if signature else None)
    warnings = Warnings.of(
        chain(
            code_advice.lint(reading.heard, source),
            missing,
            undefined(function, reading.nodes, source),
            not_rendered(reading.statements, reading.nodes, source, signature.strip("*") or None),
            *(key_warnings(read, frozenset()) for read in reads.context),
            *(attribute_warnings(*pair, frozenset()) for pair in reads.attributes),
        )
    )
    text, string_lines = _placed(reading)
    return PythonCode(
        form="body",
        text=text,
        string_lines=string_lines,
        is_plain=_is_plain(text, string_lines, reading),
        warnings=warnings,
        is_callback=signature == "context",
        is_generator=code_checks.is_generator(reading.statements, reading.nodes),
        gives_nothing=code_checks.gives_nothing(reading.nodes),
        reads=reads,
    )


def _def(
    reading: ParsedCode,
    function: code_checks.Def,
    given: frozenset[str],
    *,
    is_callback: bool,
    is_value: bool,
) -> PythonCode:
    source, is_task = reading.source, not is_callback and not is_value
    context = None if is_value else _context_of(function.args, is_callback=is_callback)
    own = (node.arg for node in (*function.args.args, *function.args.kwonlyargs))
    filled = [name for name in own if name not in given]
    reads = reads_of(function.body, reading.nodes, source, context, filled)
    warnings = chain(
        code_advice.lint(reading.heard, source),
        code_advice.unfilled(function, source, given) if is_task else (),
        code_advice.unresolved(function, source),
        undefined(_unannotated(function), reading.nodes, source),
        not_rendered(
            () if is_value else function.body,
            reading.nodes,
            source,
            context or _named_context(function.args),
            is_task=is_task,
        ),
        gone_parameters(function.args, given, source) if is_task else (),
        *(key_warnings(read, given) for read in reads.context),
        *(attribute_warnings(*pair, given) for pair in reads.attributes),
    )
    text, string_lines = _placed(reading)
    return PythonCode(
        form="def",
        text=text,
        string_lines=string_lines,
        nested=_must_nest(reading, function),
        warnings=Warnings.of(warnings),
        is_callback=is_callback,
        is_generator=code_checks.is_generator(function.body, reading.nodes),
        gives_nothing=code_checks.gives_nothing(reading.nodes),
        is_async=isinstance(function, ast.AsyncFunctionDef),
        reads=reads,
    )


def _context_of(arguments: ast.arguments, *, is_callback: bool) -> str | None:
    """Return the name of the parameter that takes Airflow's context, if there is one."""
    if is_callback:
        return next((each.arg for each in (*arguments.posonlyargs, *arguments.args)), None)
    return arguments.kwarg.arg if arguments.kwarg else None


def _named_context(arguments: ast.arguments) -> str | None:
    """Return `context` if a parameter has this name: hooks of a task get it by place."""
    every = (*arguments.posonlyargs, *arguments.args)
    return next((each.arg for each in every if each.arg == "context"), None)


def _unannotated(function: code_checks.Def) -> code_checks.Def:
    """Return a function without the annotations of its signature: they are judged elsewhere."""
    plain = copy.copy(function)
    plain.args = copy.copy(function.args)
    for name in ("posonlyargs", "args", "kwonlyargs"):
        setattr(plain.args, name, [_bare(each) for each in getattr(function.args, name)])
    plain.args.vararg = function.args.vararg and _bare(function.args.vararg)
    plain.args.kwarg = function.args.kwarg and _bare(function.args.kwarg)
    plain.returns = None
    return plain


def _bare(parameter: ast.arg) -> ast.arg:
    bare = copy.copy(parameter)
    bare.annotation = None
    return bare


def _must_nest(reading: ParsedCode, function: code_checks.Def) -> bool:
    """Return whether the `def` only keeps its meaning inside another function."""
    name = function.name
    hidden = name in {parameter.arg for parameter in code_checks.parameters(function.args)}
    uses = any(node.id == name for node in reading.nodes.of(ast.Name))
    evaluated = any(map(code_checks.runs_at_import, code_checks.signature_annotations(function)))
    nested = len(reading.statements) > 1 or (uses and not hidden) or evaluated
    if nested and hidden:
        problem = finding(
            Code.PYTHON_PLACEMENT,
            f"the function and its parameter are both called `{cut(name)}`",
            "rename one of them",
            place_of_node(function, reading.source),
        )
        raise PythonCodeError(problem)
    return nested


def _placed(reading: ParsedCode) -> tuple[str, frozenset[int]]:
    """Return the text without margin and outer blank lines, and its lines inside strings.

    Only a literal over several lines has such lines, so most code is not read by the tokenizer.
    """
    source = reading.source
    spans = any(node.end_lineno != node.lineno for node in reading.nodes.of(*_STRINGS))
    fixed = lines_inside_strings(source.text) if spans else frozenset[int]()
    text = outdented(source.text, fixed, source.margin) if source.margin else source.text
    return trimmed(text, fixed)


def _is_plain(text: str, string_lines: frozenset[int], reading: ParsedCode) -> bool:
    """Return whether a body cannot mean something else further in: its margins are of few spaces.

    `codegen/proof.py` compares its lines with those of the finished file.
    """
    return not (reading.source.margin or string_lines or _MAY_CHANGE.search(text))


def _check_placement(
    code: PythonCode, statements: list[ast.stmt], *, provide_context: bool
) -> None:
    """Refuse code that means something else inside a function (mixed tabs, Python's limits)."""
    expected = function_tree(code, statements, _ANY_NAME, provide_context=provide_context)
    try:
        text = as_function(code, _ANY_NAME, provide_context=provide_context)
        placed = quietly(lambda: ast.parse(text))[0].body
    except (SyntaxError, ValueError, *TOO_COMPLEX):
        placed = []
    if not same(placed, [expected]):
        problem = finding(
            Code.PYTHON_PLACEMENT,
            "the code cannot be indented without changing its meaning",
            "indent it by four spaces a level, and nest less deeply",
            None,
        )
        raise PythonCodeError(problem)
