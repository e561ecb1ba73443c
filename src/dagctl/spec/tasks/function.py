"""Where the function of a task comes from: its code, or the import path of a function."""

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, PrivateAttr, ValidationInfo

from dagctl.findings.characters import MAX_TEXT, length_problems
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, Warnings, refuse
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.spec.fields.import_path import MAX_PATH, PATTERN, path_problems
from dagctl.spec.recorded import is_recorded
from dagctl.spec.tasks.argument_types import without_default
from dagctl.spec.tasks.base import CONTEXT
from dagctl.spec.tasks.mapping import mapped_names, mapped_path
from dagctl.spec.validation.checked_model import CheckedModel
from dagctl.spec.validation.unknown_keys import meant_keys
from dagctl.spec.validation.wrong_type import TRUTH, wrong_type
from dagctl.user_code.python import PythonCode, PythonCodeError, parse_python_code

SOURCES = ("python_code", "python_callable")


def check_python_code(code: str, info: ValidationInfo) -> str:
    """Return the code unchanged, or raise a pydantic error for all that is wrong with it."""
    if is_recorded():
        return code
    refuse(length_problems(code, MAX_TEXT))
    given = call_names(info.data)
    context = info.data.get(CONTEXT, False)
    try:
        parse_python_code(code, provide_context=context, given=given)
    except PythonCodeError as error:
        refuse(error.problems)
    return code


class _AnyName(frozenset[str]):
    """The names of arguments that come at run time: every name is among them."""

    __slots__ = ()

    def __contains__(self, _name: object) -> bool:
        return True

    def __ror__(self, _other: object) -> "_AnyName":
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _AnyName) and frozenset.__eq__(self, other)

    def __hash__(self) -> int:  # what was found out of a code with other names is another thing
        return ~frozenset.__hash__(self)


_OF_DECORATORS = {"task.pyspark": ("spark", "sc"), "task.snowpark": ("session",)}
"""What decorators give to a function that has a parameter of this name."""


def call_names(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of what the function of a task is called with.

    Args:
        data: The fields of the task, by their names or by their keys.
    """
    of_decorator = "decorator" in data or "op_kwargs" in data
    keys = ("op_kwargs",) if of_decorator else ("arguments", "with")
    beside = next((data[key] for key in keys if key in data), None)
    brought = _OF_DECORATORS.get(str(data.get("decorator")), ())
    arguments = beside if isinstance(beside, dict) else ()
    given = frozenset([*arguments, *mapped_names(data), *brought])
    comes_late = data.get("expand_kwargs") is not None and not mapped_names(data)
    return _AnyName(given) if comes_late else given


def not_taken_problems(data: Mapping[str, Any], key: str) -> Iterator[Problem]:
    """Yield a problem for each argument that the code of a raw task does not take.

    Args:
        data: The task.
        key: Where the arguments of its function stand.
    """
    beside = data.get(key)
    called = (*(beside if isinstance(beside, dict) else ()), *mapped_names(data))
    code, given = (
        data.get("python_code"),
        frozenset(name for name in called if isinstance(name, str)),
    )
    if not given or not isinstance(code, str) or len(code) > MAX_TEXT or is_recorded():
        return
    context = data.get(CONTEXT) is True
    try:
        parsed = parse_python_code(code, provide_context=context, given=call_names(data))
    except PythonCodeError:
        return  # the field says it
    for name, problem in _not_taken(parsed, given):
        is_mapped = name in mapped_names(data)
        yield problem.at(*(mapped_path(data, name) if is_mapped else (key, name)))


def _not_taken(code: PythonCode, given: frozenset[str]) -> Iterator[tuple[str, Problem]]:
    """Yield each argument that the function does not take, with what to say of it."""
    if code.form == "body":
        message = "only a `def` takes arguments"
        hint = f"write `def run({', '.join(sorted(given))[:60]}):` above the code"
        yield min(given), Problem(Code.BAD_ARGUMENT, message, hint)
        return
    function = code.statements()[-1]
    assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)  # noqa: S101 - see its form
    arguments = function.args
    taken = {parameter.arg for parameter in (*arguments.args, *arguments.kwonlyargs)}
    for name in sorted(given - taken if arguments.kwarg is None else ()):
        message = f"the function does not take the argument {quoted(name)}"
        near = did_you_mean(name, taken - given)
        hint = near or "add the parameter, or remove the argument"
        yield name, Problem(Code.BAD_ARGUMENT, message, hint)


def check_callable(path: str) -> str:
    """Return an import path unchanged, or raise a pydantic error."""
    refuse(path_problems(path))
    return path


class FunctionSource(CheckedModel):
    """The function that a task calls."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [source]} for source in SOURCES]}
    )

    provide_context: bool = Field(
        default=False,
        description="Whether the function of a python task takes Airflow's context as `**context`.",
    )
    python_callable: Annotated[str, AfterValidator(check_callable)] = Field(
        default="",
        description="The import path of a function, instead of `python_code`.",
        examples=["regions.catalog.active_regions"],
        json_schema_extra=lambda schema: without_default(
            schema, pattern=PATTERN, maxLength=MAX_PATH
        ),
    )
    python_code: Annotated[str, AfterValidator(check_python_code)] = Field(
        default="",
        description="A function body with `return`, or exactly one `def`.",
        examples=["return 42", "def extract(**context):\n    return context['ds']"],
        json_schema_extra=lambda schema: without_default(schema, minLength=1, maxLength=MAX_TEXT),
    )
    _code: PythonCode | None = PrivateAttr(default=None)

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401 - pydantic's signature
        """Keep what the check of the code found out; it is remembered, so nothing is read twice."""
        super().model_post_init(context)
        if self.python_code and not is_recorded():
            self._code = parse_python_code(
                self.python_code,
                provide_context=self.provide_context,
                given=call_names(self.__dict__),
            )

    @property
    def code(self) -> PythonCode:
        """The checked code, ready to be placed in a function.

        Raises:
            ValueError: The task calls a function by its path.
        """
        code = self._code  # of pydantic's, a private value is slow to read
        if code is None:
            raise ValueError(self.python_callable)
        return code

    def warnings(self) -> Warnings:
        """Return the warnings about the code; there are none of a function by its path."""
        code = self._code
        return code.warnings if code else Warnings()


def context_problems(data: Mapping[str, Any], what: str, instead: str) -> Iterator[Problem]:
    """Yield a problem if a raw task without a function is to get a context.

    Args:
        data: The task.
        what: What the task is, in words.
        instead: What to do, in words.
    """
    context = data.get(CONTEXT, False)
    if context is True:
        message = f"{what} has no function to receive the context"
        hint = f"remove `provide_context`; {instead}"
        yield Problem(Code.CONTEXT_OF_COMMAND, message, hint).at(CONTEXT)
    elif context is not False:
        yield wrong_type((CONTEXT,), TRUTH, context).at(CONTEXT)


def source_problems(data: Mapping[str, Any], known: Collection[str]) -> Iterator[Problem]:
    """Yield what is wrong with where the function of a raw task comes from."""
    given = [key for key in SOURCES if key in data]
    if len(given) > 1:
        message = "`python_code` and `python_callable` are both given"
        yield Problem(Code.GIVEN_TWICE, message, "keep one of them").at("python_callable")
    if data.get("python_callable") and data.get("provide_context") is True:
        message = "`provide_context` belongs to `python_code`"
        hint = "remove it: Airflow gives a function what its parameters name"
        yield Problem(Code.CONTEXT_OF_COMMAND, message, hint).at("provide_context")
    unknown = [str(key) for key in data if key not in known]
    if (
        not given
        and "bash_command" not in data
        and not {*SOURCES} & {*meant_keys(unknown, data, known).values()}
    ):
        hint = "add it: the body of a function, or one `def`"
        yield Problem(Code.MISSING_KEY, "`python_code` is missing", hint).at("python_code")
