"""Call the real constructors of operators, and say in JSON what each one takes.

    python constructors.py REPORT QUESTIONS

Runs in an environment that has Airflow and some providers. QUESTIONS is an object: import path to
`{"kind": ..., "values": {required name: value}, "names": [names to try],
"typed": {name: [values to try]}}`. A value is plain JSON, or a word in angle brackets that stands
for an object (`<function>`, `<duration>`, `<time>`).

REPORT is an object: import path to `{"verdicts": {name: word}, "required": {name: word},
"template_fields": [...], "typed": {name: [what it raised]}}`, or `{"failed": why}` where the class
cannot be imported or tried.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import logging
import re
import signal
import sys
import warnings
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

PROBE = "no_such_argument_at_all"
SECONDS = 10
OTHER_VALUES: list[Any] = ["x_y", {"a": {"b": "c"}}, ["x"], 1, "s3://b/k", "{{ x }}"]


def a_function(*_args: object, **_kwargs: object) -> None:
    """Stand for any callable."""


OBJECTS = {
    "<function>": a_function,
    "<duration>": timedelta(seconds=60),
    "<time>": datetime(2024, 1, 1, tzinfo=UTC),
    "<clock>": time(6),
}


class TookTooLongError(Exception):
    """A constructor waits for something."""


def _alarm(*_: object) -> None:
    raise TookTooLongError


def call(cls: type, arguments: dict[str, Any]) -> str:
    """Return "" where the constructor took the arguments, else what it raised."""
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            cls(**arguments)
    except BaseException as error:  # noqa: BLE001 - whatever an operator raises is an answer
        return f"{type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return ""


def refuses(message: str, name: str) -> bool:
    """Return whether an error says that the name is not an argument, or is given twice."""
    quoted = rf"['\"]{re.escape(name)}['\"]"
    return bool(
        re.search(rf"unexpected keyword argument {quoted}", message)
        or re.search(rf"multiple values for keyword argument {quoted}", message)
        or ("Invalid arguments were passed" in message and re.search(quoted, message))
    )


def forbids(message: str, name: str) -> bool:
    """Return whether an error forbids a name in the operator's own words."""
    return bool(
        re.search(r"not (allowed|supported)|[Cc]annot", message)
        and re.search(rf"\b{re.escape(name)}\b", message)
    )


def misses(message: str, name: str) -> bool:
    """Return whether an error says that the name is missing."""
    return bool(re.search(rf"missing .*['\"]{re.escape(name)}['\"]", message))


def answer(path: str, question: dict[str, Any]) -> dict[str, Any]:
    """Return what the real class says."""
    module, _, name = path.rpartition(".")
    try:
        cls = getattr(importlib.import_module(module), name)
    except BaseException as error:  # noqa: BLE001 - as it may be
        return {"failed": f"{type(error).__name__}: {error}"[:200]}
    cls = concrete(cls)
    start = accepted_start(cls, question)
    plain = call(cls, start)
    probe = call(cls, {**start, PROBE: 1})
    return {
        "plain": plain[:200],
        "closed": refuses(probe, PROBE),
        "verdicts": {n: verdict(cls, start, n, plain, probe) for n in question["names"]},
        "required": {n: need(cls, start, n) for n in question["values"]},
        "template_fields": fields(cls),
        "typed": {
            name: [said for value in values if (said := raised(cls, start, plain, name, value))]
            for name, values in question["typed"].items()
        },
    }


def raised(cls: Any, start: dict[str, Any], plain: str, name: str, value: Any) -> str:  # noqa: ANN401
    """Return what the class raises for a value, and not without it."""
    said = call(cls, {**start, name: OBJECTS.get(str(value), value)})
    return "" if said == plain else f"{value}: {said}"[:200]


def concrete(cls: Any) -> Any:  # noqa: ANN401 - any class
    """Return a class that can be made: one with abstract methods gets stand-ins."""
    missing = getattr(cls, "__abstractmethods__", ())
    if not missing:
        return cls
    body = {name: lambda *_args, **_kwargs: None for name in missing}
    return type(cls)(cls.__name__ + "Made", (cls,), body)


def accepted_start(cls: Any, question: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401
    """Return required values that the constructor likes, or the first ones."""
    values = {name: OBJECTS.get(str(v), v) for name, v in question["values"].items()}
    always = {} if question["kind"] == "notifier" else {"task_id": "t"}
    start = always | values
    if call(cls, start):
        for other in OTHER_VALUES:
            attempt = always | dict.fromkeys(values, other)
            if not call(cls, attempt):
                return attempt
    return start


def verdict(cls: Any, start: dict[str, Any], name: str, plain: str, probe: str) -> str:  # noqa: ANN401
    """Return what the constructor says of a name.

    `accepted`, `refused`, `disliked` where it forbids the name, or a value, in its own words, or
    `undecided` where another error comes first.
    """
    if name in start:
        return "refused" if refuses(plain, name) else "accepted"
    for value in ("x", 1, True, a_function, timedelta(seconds=60), {"a": "b"}, ["x"], None):
        message = call(cls, {**start, name: value})
        if refuses(message, name):
            return "refused"
        if message == "":
            return "accepted"
        if forbids(message, name):
            return "disliked"
    # an unknown name would have been refused before any value was disliked
    return "accepted" if refuses(probe, PROBE) or plain == "" else "undecided"


def need(cls: Any, start: dict[str, Any], name: str) -> str:  # noqa: ANN401 - any class
    """Return `missed` or `not missed`, or `undecided`, for a call without a required name."""
    message = call(cls, {key: value for key, value in start.items() if key != name})
    if misses(message, name):
        return "missed"
    return "not missed" if message == "" else "undecided"


def fields(cls: Any) -> list[str] | None:  # noqa: ANN401 - any class
    """Return the template fields of a class."""
    value = getattr(cls, "template_fields", ())
    if isinstance(value, str):
        return [value]
    return sorted(value) if isinstance(value, (list, tuple, set, frozenset)) else None


def main() -> None:
    """Answer all questions."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGALRM, _alarm)
    report, questions = map(Path, sys.argv[1:3])
    asked = json.loads(questions.read_text("utf-8"))
    answers = {path: answer(path, question) for path, question in asked.items()}
    report.write_text(json.dumps(answers), "utf-8")


if __name__ == "__main__":
    main()
