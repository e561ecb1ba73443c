"""A file with defaults, `defaults.yaml`: what the DAGs of a folder share.

It has the keys of a DAG, and `task_defaults`: for `all` tasks, for those of a type (`bash`), for
those of an operator (`KubernetesPodOperator`). What only one DAG can have is refused.
"""

from __future__ import annotations

from dataclasses import field, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.places import first_findings, place_findings
from dagctl.findings.problem import MAX_PROBLEMS, Problem
from dagctl.findings.wording import did_you_mean, question, quoted
from dagctl.frozen import frozen
from dagctl.readers.source_text import Reading, decode
from dagctl.readers.yaml_reader import read_yaml
from dagctl.spec.checks.plain_secrets import with_secrets
from dagctl.spec.dag.dag_checks import foreign_key_problem, schedule_given_twice
from dagctl.spec.inputs import digest_of_text
from dagctl.spec.model import DagSpec
from dagctl.spec.resolution import ALL, DEFAULTS, TASK_DEFAULTS
from dagctl.spec.resolution.placeholders import BEGIN
from dagctl.spec.tasks import KINDS, TASK_TYPES, OperatorTask
from dagctl.spec.tasks.arguments import DefaultArgs, delay_given_twice
from dagctl.spec.validation.unknown_keys import means_dependencies, meant_key
from dagctl.spec.validation.wrong_type import MAPPING, wrong_type
from dagctl.text.document import Document, Node, named
from dagctl.text.lines import Span
from dagctl.text.spelling import read_spelling

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dagctl.text.document import Entries

OF_ONE_DAG = frozenset({"dag_name", "dag_id", "tasks"})
"""What defaults cannot say."""
_OF_ONE_TASK = frozenset(
    {
        *("task_id", "task_type", "dependencies", "python_code", "python_callable"),
        *("bash_command", "operator", "expand", "expand_kwargs", "setup", "teardown"),
        *("provide_context", "for_each"),
    }
)
_MINUTES = "retry_delay_minutes"
MAX_SELECTORS = 500
_MAPPINGS_OF_DAGS = ("default_args", "params", "owner_links", "user_defined_macros")
MERGED_IN_TASKS = frozenset({"with", "env"})
"""Mappings of a task in which each name counts for itself."""


@frozen
class Defaults:
    """What one file says."""

    document: Document
    """The file."""
    fields: Entries = field(default_factory=dict)
    """Fields of a DAG."""
    tasks: Mapping[str, Entries] = field(default_factory=dict)
    """Fields of tasks, by what selects them: `all`, a type, an operator."""
    findings: tuple[Problem, ...] = ()
    """What is wrong with the file itself."""
    is_read: bool = True
    """Whether what it says is known; not if it is no YAML, or cannot be read."""
    path: str = ""
    """Where it is in the workspace; empty: a program has given the text."""

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the text, in hex."""
        return digest_of_text(self.document.text)


def read_defaults(text: str | bytes, name: str = DEFAULTS) -> Defaults | None:
    """Return what a file says; None: it is a spec that happens to be called like that.

    Args:
        text: The file.
        name: What findings call it.
    """
    source, wrong = decode(text)
    reading = Reading(None, wrong) if wrong else read_yaml(source)
    document = reading.document
    if document is None:
        wrong = [finding for finding in reading.findings if finding.code != Code.EMPTY_DOCUMENT]
        return _unread(source, wrong, name)
    document = named(document, name)
    if document.root.value is None:
        return Defaults(document)
    if document.root.kind != "mapping":
        message = "defaults are a mapping of keys to values"
        finding = Problem(Code.BAD_DEFAULTS, message, "begin with `owner: ...`", span=Span(0, 1))
        return Defaults(document, findings=_of(document, [finding]), is_read=False)
    if document.root.keys.keys() >= {"dag_name", "tasks"}:
        return None
    problems = list(islice(_problems(document.root), MAX_PROBLEMS))
    placed = first_findings(place_findings(document, reading.findings, problems))
    findings = with_secrets(document, placed)
    fields, tasks = _fields(document.root), task_defaults_of(document.root)
    return Defaults(document, fields, tasks, _of(document, findings))


def refused_defaults(name: str, message: str, hint: str) -> Defaults:
    """Return the defaults of a file that is not read, with the reason."""
    return _unread("", [Problem(Code.BAD_DEFAULTS, message, hint, span=Span(0, 0))], name)


def _unread(text: str, findings: Collection[Problem], name: str) -> Defaults:
    document = Document(text, Node(None, Span(0, 0), "plain"), read_spelling, name=name)
    return Defaults(document, findings=_of(document, findings), is_read=not findings)


def _of(document: Document, findings: Collection[Problem]) -> tuple[Problem, ...]:
    return tuple(replace(finding, document=document) for finding in findings)


def _fields(root: Node) -> Entries:
    left_out = OF_ONE_DAG | {TASK_DEFAULTS, "$schema"}
    known = DagSpec.key_names()
    return {
        name: entry for name, entry in root.keys.items() if name in known and name not in left_out
    }


def task_defaults_of(root: Node) -> dict[str, Entries]:
    """Return what `task_defaults` of a document say, by what selects the tasks.

    Nothing if they are no mapping, or too many: each of them would be compared with each task.
    """
    entry = root.keys.get(TASK_DEFAULTS)
    selectors = entry[1].keys if entry and are_task_defaults(entry[1]) else {}
    return {
        name: {key: inner for key, inner in node.keys.items() if key in keys_for(name)}
        for name, (_, node) in selectors.items()
        if is_selector(name)
    }


def are_task_defaults(node: Node) -> bool:
    """Return whether a value can be `task_defaults`: a mapping that is not too large."""
    return node.kind == "mapping" and len(node.keys) <= MAX_SELECTORS


# --- What is wrong with it ---


def keys_for(selector: str) -> Collection[str]:
    """Return the keys that defaults may have for the tasks that a word selects."""
    if selector == ALL:
        return [*DefaultArgs.key_names(), _MINUTES]
    model = TASK_TYPES.get(selector, OperatorTask)
    return [key for key in model.key_names() if key not in _OF_ONE_TASK]


def is_selector(word: str) -> bool:
    """Return whether a word can select tasks: `all`, a type of task, an operator's class."""
    if word == ALL or word in TASK_TYPES:
        return True
    *path, last = word.split(".")
    return last[:1].isupper() and all(part.isidentifier() for part in (*path, last))


def _problems(root: Node) -> Iterator[Problem]:
    known = [*(key for key in DagSpec.key_names() if key not in OF_ONE_DAG), TASK_DEFAULTS]
    for key in root.keys:
        if key in OF_ONE_DAG:
            message = f"`{key}` belongs to one DAG, not to the defaults of a folder"
            yield Problem(Code.UNKNOWN_KEY, message, "write it into the spec").at(key)
        elif key not in known and key != "$schema":
            yield _unknown(key, known).at(key)
        elif key in _MAPPINGS_OF_DAGS and _is_no_mapping(root.keys[key][1]):
            yield wrong_type((key,), MAPPING, root.keys[key][1].value).at(key)
    if "default_args" in root.keys and _MINUTES in root.keys["default_args"][1].keys:
        slip = DefaultArgs.misplaced(_MINUTES, DagSpec.family())
        if slip is not None:
            yield slip.at("default_args", _MINUTES)
    yield from schedule_given_twice(root.keys)
    if TASK_DEFAULTS in root.keys:
        yield from task_default_problems(root.keys[TASK_DEFAULTS][1])


def _is_no_mapping(node: Node) -> bool:
    """Return whether a value is known to be no mapping; a variable may stand for one."""
    return node.kind != "mapping" and not (isinstance(node.value, str) and BEGIN in node.value)


def _unknown(key: str, known: Collection[str]) -> Problem:
    foreign = foreign_key_problem(key)
    if foreign is not None:
        return foreign
    if key in _OF_ONE_TASK or means_dependencies(key):
        message = f"{quoted(key)} belongs to one task, not to the defaults of a folder"
        return Problem(Code.UNKNOWN_KEY, message, "write it at the task")
    hint = question(meant_key(key, known))
    if hint is None and key in {ALL, *TASK_TYPES}:
        hint = f"write `task_defaults: {{{key}: ...}}`"
    if hint is None and key in keys_for(ALL):
        hint = f"write `task_defaults: {{all: {{{key}: ...}}}}`"
    return Problem(
        Code.UNKNOWN_KEY,
        f"unknown key {quoted(key)}",
        hint or "`dagctl schema --defaults` lists all keys",
    )


def task_default_problems(node: Node) -> Iterator[Problem]:
    """Yield what is wrong with `task_defaults`, whatever the tasks are."""
    if not are_task_defaults(node):
        message = f"`task_defaults` must be a mapping of at most {MAX_SELECTORS} keys"
        hint = "write `task_defaults: {all: {retries: 2}}`"
        yield Problem(Code.BAD_DEFAULTS, message, hint).at(TASK_DEFAULTS)
        return
    for word, (_, inner) in node.keys.items():
        where = (TASK_DEFAULTS, word)
        if not is_selector(word):
            words = [ALL, *TASK_TYPES]
            hint = did_you_mean(word, words) or f"{', '.join(words)}, or the class of an operator"
            if word in keys_for(ALL):
                hint = f"write `all: {{{word}: ...}}`"
            yield Problem(Code.UNKNOWN_KEY, f"{quoted(word)} selects no tasks", hint).at(*where)
        elif inner.kind != "mapping":
            message = f"the defaults for {quoted(word)} must be a mapping"
            yield Problem(Code.BAD_DEFAULTS, message, "write `{retries: 2}`").at(*where)
        else:
            yield from _key_problems(word, inner)


def _key_problems(word: str, node: Node) -> Iterator[Problem]:
    known = keys_for(word)
    for key in node.keys:
        where = (TASK_DEFAULTS, word, key)
        if key in _OF_ONE_TASK:
            message = f"`{key}` belongs to one task, not to defaults"
            yield Problem(Code.UNKNOWN_KEY, message, "write it into the spec").at(*where)
        elif key not in known:
            yield _unknown_argument(word, key, known).at(*where)
        elif key in MERGED_IN_TASKS and _is_no_mapping(node.keys[key][1]):
            yield wrong_type((key,), MAPPING, node.keys[key][1].value).at(*where)
    for problem in delay_given_twice(node.keys):
        yield problem.under(TASK_DEFAULTS, word)


def _unknown_argument(word: str, key: str, known: Collection[str]) -> Problem:
    hint = question(meant_key(key, known))
    if means_dependencies(key):
        message = f"{quoted(key)} belongs to one task, not to defaults"
        return Problem(Code.UNKNOWN_KEY, message, "write `dependencies: [...]` at the task")
    owners = [tag for tag, model in KINDS.by_tag.items() if key in model.key_names()]
    if hint is None and word == ALL and owners:
        hint = f"write it for a type of task: `{owners[0]}: {{{key}: ...}}`"
    if hint is None and (word == ALL or word not in TASK_TYPES):
        hint = f"a parameter of the operator stands under `with`: `with: {{{key}: ...}}`"
    if key in DagSpec.key_names() and not owners:
        message = f"{quoted(key)} belongs to the DAG, not to its tasks"
        where = "write it into the spec" if key in OF_ONE_DAG else "write it at the start of a line"
        in_json = f'write it beside `"{TASK_DEFAULTS}"`'
        return Problem(Code.UNKNOWN_KEY, message, where, json_hint=in_json)
    message = f"{quoted(key)} is no argument of the tasks that {quoted(word)} selects"
    return Problem(Code.UNKNOWN_KEY, message, hint or "`dagctl schema --defaults` lists all keys")


def sample_tasks(defaults: Defaults) -> Iterator[dict[str, object]]:
    """Yield a task for each kind that the file names, as data."""
    yield {"task_id": "sample", "bash_command": "true"}
    for number, word in enumerate(defaults.tasks):
        task: dict[str, object] = {"task_id": f"sample_{number}"}
        if word == "bash":
            yield {**task, "bash_command": "true"}
        elif word in TASK_TYPES and TASK_TYPES[word] is not OperatorTask:
            yield {**task, "task_type": word, "python_code": "return None"}
        elif word not in {ALL, *TASK_TYPES}:
            yield {**task, "operator": word}
