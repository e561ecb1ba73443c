"""Promise 12: every check is linear in its text, and stops where no more would be shown."""

from __future__ import annotations

import json
import threading
import unicodedata
from collections import Counter
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.codegen.render import render
from dagctl.errors import Severity, SpecError
from dagctl.findings import wording
from dagctl.findings.codes import Code
from dagctl.findings.problem import MAX_IN_VALUE, MAX_PROBLEMS
from dagctl.readers.json_text import match_text, read_text
from dagctl.spec.dag.entry_checks import MAX_CODE
from dagctl.spec.fields import cron_schedule, ids, slug
from dagctl.spec.load import check_spec
from dagctl.spec.model import DagSpec
from dagctl.spec.tasks import function
from dagctl.user_code.bash import bash_command
from dagctl.user_code.python import parse, parse_python_code, syntax_tree
from dagctl.user_code.python.read_code import MAX_BRACES, MAX_KEYWORDS, MAX_SCOPES
from tests.hostile.texts import HOSTILE, Hostile, bash, document
from tests.hostile.texts import python as python_spec
from tests.work_done import calls_of

if TYPE_CHECKING:
    from dagctl.spec.checked import Checked

WARNED = r'x = "\d"'
"""A line of code that Python warns of."""


def check(text: str) -> Checked:
    return check_spec(text, format="json")


def codes(text: str, severity: Severity = Severity.ERROR) -> Counter[str]:
    return Counter(each.code for each in check(text).diagnostics if each.severity is severity)


def last(text: str) -> tuple[str, str]:
    """Return the code and the message of the last finding."""
    diagnostic = check(text).diagnostics[-1]
    return diagnostic.code, diagnostic.message


# --- How much is done -------------------------------------------------------------------------


def steps(hostile: Hostile, size: int) -> int:
    """Return how many calls a check and a rendering make."""
    text = hostile.make(size)
    return calls_of(lambda: hostile.findings(text))


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_four_times_the_text_takes_about_four_times_the_calls(hostile: Hostile) -> None:
    size = 1_200
    once, fourfold = steps(hostile, size), steps(hostile, 4 * size)

    assert fourfold <= 6 * once + 20_000


NOT_OF_A_TEXT = {
    Code.NOT_UTF8: "the bytes are not read",
    Code.FILE_TOO_LARGE: "the text is not read",
    Code.TOO_COSTLY: "it is what stops a check",
    Code.NEVER_COMMITTED: "it is about versions of a DAG",
}
"""Codes without a text to time, and why."""


AT_LENGTH = {"values beyond the limit", "too many tasks", "too much code"}
"""What only a long text gives."""


def test_what_is_timed_gives_each_code_that_a_check_gives() -> None:
    given = {
        each.code
        for hostile in HOSTILE
        for each in hostile.findings(
            hostile.text() if hostile.name.rpartition(": ")[2] in AT_LENGTH else hostile.make(1_200)
        )
    }

    assert {*Code} - given == NOT_OF_A_TEXT.keys()


# --- How much is shown ------------------------------------------------------------------------


def test_the_warnings_of_one_value_are_the_first_and_a_count_of_the_others() -> None:
    text = python_spec(f"{WARNED}\n" * 50)

    assert codes(text, Severity.WARNING) == {Code.PYTHON_LINT: MAX_IN_VALUE, Code.LEFT_OUT: 1}
    assert last(text) == (Code.LEFT_OUT, "30 more warnings not shown")


def test_the_warnings_of_all_tasks_are_the_first_and_a_count_of_the_others() -> None:
    task = {"task_type": "bash", "bash_command": "{{ params.a }}{{ nothing }}"}
    text = document(tasks=[{"task_id": f"t{n}", **task} for n in range(80)])

    assert codes(text, Severity.WARNING).total() == MAX_PROBLEMS + 1
    assert last(text) == (Code.LEFT_OUT, "140 more warnings not shown")
    assert check(text).spec is not None


def test_warnings_of_all_kinds_have_one_limit() -> None:
    """Those of fields alone are more than that: the others are counted."""
    task = {"bash_command": "true", "email_on_failure": True}
    rule = {"email": "a@example.com", "trigger_rule": "all_done", "setup": True}
    tasks = [{"task_id": f"t{n}", **task, **(rule if n % 2 else {})} for n in range(400)]
    shown = check(document(tasks=tasks)).diagnostics

    assert len(shown) == MAX_PROBLEMS + 1
    assert "more warnings not shown" in shown[-1].message


def test_one_warning_left_out_is_in_the_singular() -> None:
    assert last(python_spec(f"{WARNED}\n" * (MAX_IN_VALUE + 1)))[1] == "1 more warning not shown"


def test_what_was_left_out_is_said_at_the_last_that_is_shown() -> None:
    *_, shown, note = check(python_spec(f"{WARNED}\n" * 50)).diagnostics

    assert (note.line, note.column) == (shown.line, shown.column)


def test_errors_are_the_first_and_a_count_of_the_others() -> None:
    data = {**dict.fromkeys((f"k{n}" for n in range(90)), 1), "tags": ["a"] * 91}
    text = document(**data)

    assert codes(text).total() == MAX_PROBLEMS + 1
    assert last(text) == (Code.LEFT_OUT, "at least 80 more errors not shown")


def test_no_text_of_the_user_makes_a_finding_long() -> None:
    long = "a" * 90_000
    texts = [
        document(**{long: 1}),
        document(**{long: {"a": None}}),
        document(start_date=long),
        python_spec(f"def f({long}): pass"),
        python_spec(f"async def {long}(): pass"),
        python_spec(f"def f({long}, {long}): pass"),
        bash(f"{{{{ a|{long} }}}}"),
    ]
    for text in texts:
        for each in check(text).diagnostics:
            steps = [step for step in each.path if isinstance(step, str)]
            assert max(map(len, [each.message, each.hint or "", *steps])) < 1_100, each.code


def test_a_word_of_yaml_is_cut_in_its_finding() -> None:
    text = f"retries: 2024-01-01 00:00{'0' * 5_000}\nretry_delay_minutes: {'1_' * 5_000}\n"

    for each in check_spec(text, format="yaml").diagnostics:
        assert max(len(each.message), len(each.hint or "")) < 400


def test_code_that_python_takes_long_for_is_refused() -> None:
    def functions(count: int) -> str:
        return python_spec("".join(f"def f{n}(): pass\n" for n in range(count)) + "return f0()")

    def braces(count: int) -> str:
        return python_spec("x = 1\nreturn f'" + "{x}" * count + "'")

    def keywords(count: int) -> str:
        return python_spec(f"return f({', '.join(f'a{n}=1' for n in range(count))})")

    assert codes(functions(MAX_SCOPES)) == codes(braces(MAX_BRACES)) == {}
    assert codes(keywords(MAX_KEYWORDS)) == {}
    assert codes(keywords(MAX_KEYWORDS + 1)) == {Code.PYTHON_TOO_DEEP: 1}
    assert codes(functions(MAX_SCOPES + 1)) == {Code.PYTHON_TOO_DEEP: 1}
    assert codes(braces(MAX_BRACES + 1)) == {Code.PYTHON_TOO_DEEP: 1}
    (refused,) = check(braces(MAX_BRACES + 1)).diagnostics
    assert refused.message == "this line has more than 5,000 opening braces"


def test_a_long_number_and_zeros_of_either_sign_are_kept() -> None:
    code = f"x = 0x{'f' * 10_000}\ny = [0.0, -0.0, 1, True, 1.0, 1j, -1j]"
    spec = check(python_spec(code)).spec

    assert spec is not None
    assert code.split("\n")[1] in render(spec)


# --- Where reading stops ----------------------------------------------------------------------


def test_yaml_is_read_no_further_than_to_the_last_finding_that_is_shown() -> None:
    checked = check_spec("tags: [" + "yes," * 5_000 + "a]", format="yaml")

    assert len(checked.diagnostics) == MAX_PROBLEMS


def test_a_json_text_is_read_no_further_than_to_the_last_finding_that_is_shown() -> None:
    match = match_text('"' + "\n" * 50_000 + '"', 0)
    assert match is not None

    assert len(read_text(match)[1]) == MAX_PROBLEMS


def test_no_task_is_looked_at_after_as_many_errors_as_are_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[str] = []

    def note(code: str, **_: object) -> Any:  # noqa: ANN401 - never returns
        parsed.append(code)
        return parse_python_code("yield")

    monkeypatch.setattr(function, "parse_python_code", note)
    task = {"task_type": "python", "python_code": "yield"}
    tasks = [{"task_id": f"t{n}", **task} for n in range(1_000)]

    assert codes(document(tasks=tasks)) == {Code.PYTHON_YIELD: MAX_PROBLEMS}
    assert len(parsed) == MAX_PROBLEMS


def test_the_next_spec_is_looked_at_from_its_beginning() -> None:
    task = {"task_type": "python", "python_code": "yield"}
    text = document(tasks=[{"task_id": f"t{n}", **task} for n in range(200)])

    assert check(text).diagnostics == check(text).diagnostics
    assert check(document()).spec is not None


def test_near_names_are_looked_for_only_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    def note(word: str, names: Any, n: int, cutoff: float) -> list[str]:  # noqa: ANN401 - difflib's
        compared.append(len(list(names)))
        return get_close_matches(word, names, n=n, cutoff=cutoff)

    monkeypatch.setattr(wording, "get_close_matches", note)
    command = "".join(f"{{{{ a{n} }}}}" for n in range(3_000))
    tasks = [
        {"task_id": f"t{n}", "task_type": "bash", "bash_command": "a", "dependencies": [f"t{n}x"]}
        for n in range(3_000)
    ]
    check(bash(command))
    assert len(compared) == MAX_IN_VALUE
    compared.clear()
    check(document(tasks=tasks))
    assert len(compared) <= wording._LOOKUPS
    assert max(compared) <= 2 * wording._NEIGHBOURS


def test_only_a_short_text_is_made_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    class Noting:
        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the module's
            return getattr(unicodedata, name)

        def normalize(self, form: str, text: str) -> str:
            sizes.append(len(text))
            return unicodedata.normalize(form, text)  # type: ignore[arg-type] # "NFKD"

    for module in (ids, slug):
        monkeypatch.setattr(module, "unicodedata", Noting())
    marks = "a" + "\u0301\u0316" * 50_000
    check(document(dag_name=marks))
    check(document(dag_id=marks))
    check(document(tasks=[{"task_id": marks, "task_type": "bash", "bash_command": "true"}]))

    assert sizes
    assert max(sizes) <= 500


def test_no_long_schedule_is_remembered() -> None:
    cron_schedule._problems_of_short.cache_clear()
    for number in range(20):
        check(document(schedule_interval=f"{number} " * 100_000))

    assert cron_schedule._problems_of_short.cache_info().currsize == 0


def test_a_template_that_jinja_could_not_compile_is_refused() -> None:
    def chain(length: int) -> str:
        return bash("{{ ds" + "|string" * length + " }}")

    assert codes(chain(100)) == {}
    assert codes(chain(200)) == {Code.BAD_TEMPLATE: 1}
    assert codes(chain(20_000 // 7)) == {Code.BAD_TEMPLATE: 1}


# --- Limits of a spec -------------------------------------------------------------------------


def test_the_code_of_all_tasks_has_a_limit_and_none_of_it_is_read_beyond(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError

    each = MAX_CODE // 8
    tasks = [
        {"task_id": f"t{n}", "task_type": "python", "python_code": "#" + "x" * (each - 10) + "\n1"}
        for n in range(8)
    ]
    assert check(document(tasks=tasks)).spec is not None

    shell = [{"task_id": f"s{n}", "task_type": "bash", "bash_command": "a" * each} for n in (1, 2)]
    monkeypatch.setattr(function, "parse_python_code", never)
    monkeypatch.setattr(bash_command, "template_problems", never)
    assert codes(document(tasks=[*tasks, *shell])) == {Code.TOO_MUCH_CODE: 1}
    with pytest.raises(SpecError, match="at most 400,000 in all"):
        DagSpec.model_validate(json.loads(document(tasks=[*tasks, *shell])))


# --- One thread stops no other ----------------------------------------------------------------


def test_python_warnings_are_caught_for_one_call_of_the_parser_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another thread reads code while a check of this one is under way."""
    read: list[Any] = []
    real = wording.quoted

    def meanwhile(text: str) -> str:
        thread = threading.Thread(target=lambda: read.append(parse_python_code("return 7")))
        thread.start()
        thread.join(20)
        return real(text)

    code = "def f(a): pass"
    monkeypatch.setattr("dagctl.user_code.python.code_advice.cut", meanwhile)
    parse._parsed.cache_clear()
    assert len(parse_python_code(code).warnings.shown) == 1
    assert [each.text for each in read] == ["return 7"]
    assert not syntax_tree._FILTERS.locked()
