"""One slip is one error, in the file and the line that says it: defaults, variables, loops."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pytest

from dagctl.commands.files.read_specs import read_specs
from dagctl.commands.validate import Validation, distinct, validate
from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.settings import load_variables
from dagctl.spec.strictness import Checks
from dagctl.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TASKS = "tasks:\n- {task_id: a, bash_command: date}\n"
SPEC = f"dag_name: X\n{TASKS}"
SETTINGS = """\
[vars]
bucket = "land"
bad = "a; rm"
count = 3
names = ["a", "b"]
empty = []
server = {host = "h", port = 5}
tables = [{name = "orders"}, {name = "users"}]
[env.prod.vars]
only = "p"
"""
TEMPLATE = """\
template:
  name: rep
  version: 1
  parameters:
    name: {type: string}
    day: {type: integer, maximum: 6, default: 1}
    view: {type: string, pattern: "^[a-z_.]+$"}
    tags: {type: array, default: []}
dag_name: ${{ params.name }}
schedule: 0 6 * * ${{ params.day }}
tags: ${{ params.tags }}
tasks:
- {task_id: q, bash_command: "psql ${{ params.view }}"}
"""
DEFAULTS, X, REP = "specs/defaults.yaml", "specs/x.yaml", "templates/rep.yaml"


def checked(root: Path, files: Mapping[str, str | bytes], *paths: str) -> Validation:
    """Return the verdict on paths of a workspace with these files; default: its folder `specs`."""
    for name, text in {"dagctl.toml": SETTINGS, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    variables = load_variables(Workspace(root), {})
    reading = read_specs(paths or ["specs"], io.BytesIO())
    return distinct(validate(reading, Checks(variables=variables)))


def errors(validation: Validation) -> list[str]:
    """Return each error as `file:line: message`."""
    bad = [each for each in validation.diagnostics if each.severity is Severity.ERROR]
    return [f"{each.file}:{each.line}: {each.message}" for each in bad]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def loop(values: str, task_id: str = "t_${{ each.t }}", more: str = "") -> str:
    entry = f"- task_id: {task_id}\n  for_each: {values}\n  bash_command: date\n{more}"
    return f"dag_name: X\ntasks:\n{entry}"


def command(text: str) -> str:
    return f"dag_name: X\ntasks:\n- task_id: a\n  bash_command: {text}\n"


def using(values: str, use: str = "rep@1") -> str:
    return f"use: {use}\nwith: {values}\n"


GOOD: dict[str, dict[str, str | bytes]] = {
    "an empty file of defaults": {X: SPEC, DEFAULTS: ""},
    "a comment alone": {X: SPEC, DEFAULTS: "# nothing yet\n"},
    "a byte order mark": {X: SPEC, DEFAULTS: b"\xef\xbb\xbfowner: a\n"},
    "defaults in JSON": {X: SPEC, DEFAULTS: '{"owner": "a"}'},
    "a kind that no task has": {X: SPEC, DEFAULTS: "task_defaults: {python: {retries: 2}}\n"},
    "merge keys in defaults": {
        X: SPEC,
        DEFAULTS: "task_defaults:\n  all: &all {retries: 2}\n  bash: {<<: *all, pool: p}\n",
    },
    "Jinja and shell in defaults": {
        X: SPEC,
        DEFAULTS: 'task_defaults: {bash: {env: {A: "{{ ds }}", B: "$X", C: "${X}"}}}\n',
    },
    "a table by its keys": {X: command("echo ${{ vars.server.host }}:${{vars.server.port}}")},
    "a variable that keeps its type": {X: f"dag_name: X\nretries: ${{{{ vars.count }}}}\n{TASKS}"},
    "an alias of a text with a variable": {
        X: f'dag_name: X\ndescription: &d "d ${{{{ vars.bucket }}}}"\nowner: *d\n{TASKS}'
    },
    "a loop over variables": {X: loop('{t: "${{ vars.tables }}"}', "t_${{ each.t.name }}")},
    "a loop of 1,000": {X: loop(f"{{t: [{','.join(map(str, range(1_000)))}]}}")},
    "merges in order": {
        X: "dag_name: X\ntasks:\n- &a {task_id: a, bash_command: x, retries: 1}\n"
        "- &b {task_id: b, bash_command: y, pool: p}\n- {<<: [*a, *b], task_id: c}\n"
    },
    "a template with a loop over a parameter": {
        X: using("{name: N, view: a, day: 1.0, tags: [p, q]}"),
        REP: f"{TEMPLATE}- {{task_id: 'z_${{{{ each.t }}}}', for_each: "
        "{t: '${{ params.tags }}'}, bash_command: date}\n",
    },
    "names that are equal": {X: SPEC, "specs/y.yaml": SPEC},
    "the same id in two projects": {
        X: f"dag_id: q\nproject_id: 123e4567-e89b-12d3-a456-426614174000\n{SPEC}",
        "specs/y.yaml": f"dag_id: q\nproject_id: 123e4567-e89b-12d3-a456-426614174001\n{SPEC}",
    },
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_right_is_taken(tmp_path: Path, name: str) -> None:
    validation = checked(tmp_path, GOOD[name])
    assert errors(validation) == []
    assert len(validation.specs) == len(
        [each for each in GOOD[name] if each in {X, "specs/y.yaml"}]
    )


BAD: dict[str, tuple[dict[str, str | bytes], str]] = {
    # defaults
    "an unknown key": ({X: SPEC, DEFAULTS: "owner: a\nretreis: 3\n"}, f"{DEFAULTS}:2: unknown key"),
    "a key of one DAG": ({X: SPEC, DEFAULTS: "dag_id: x\n"}, f"{DEFAULTS}:1: `dag_id` belongs to"),
    "a wrong type": ({X: SPEC, DEFAULTS: "retries: x\n"}, f"{DEFAULTS}:1: `retries` must be"),
    "null": ({X: SPEC, DEFAULTS: "owner: null\n"}, f"{DEFAULTS}:1: `owner` must be text, not null"),
    "null in a spec": (
        {X: f"owner: null\n{SPEC}", DEFAULTS: "owner: a\n"},
        f"{X}:1: `owner` must be text, not null",
    ),
    "a template in defaults": ({X: SPEC, DEFAULTS: "use: cleanup@1\n"}, f"{DEFAULTS}:1: unknown"),
    "a loop in defaults": (
        {X: SPEC, DEFAULTS: "task_defaults: {bash: {for_each: {t: [a]}}}\n"},
        f"{DEFAULTS}:1: `for_each` belongs to one task",
    ),
    "UTF-16": ({X: SPEC, DEFAULTS: "owner: a\n".encode("utf-16")}, f"{DEFAULTS}:1: the text is in"),
    "too large": ({X: SPEC, DEFAULTS: "#" * 2_000_001}, f"{DEFAULTS}:1: the text is larger"),
    "no YAML": ({X: SPEC, DEFAULTS: "owner: [a\n"}, f"{DEFAULTS}:1: to YAML, `[` begins a list"),
    "a list": ({X: SPEC, DEFAULTS: "- a\n"}, f"{DEFAULTS}:1: defaults are a mapping"),
    "tags in text": ({X: SPEC, DEFAULTS: "tags: a\n"}, f"{DEFAULTS}:1: `tags` must be a list"),
    "no variable in defaults": (
        {X: SPEC, "specs/y.yaml": SPEC, DEFAULTS: "owner: ${{ vars.zz }}\n"},
        f"{DEFAULTS}:1: there is no variable `zz`",
    ),
    # variables
    "no such key": (
        {X: command("echo ${{ vars.server.hst }}")},
        f"{X}:4: `vars.server` has no key `hst`",
    ),
    "a key of a text": (
        {X: command("echo ${{ vars.bucket.x }}")},
        f"{X}:4: `vars.bucket` has no key `x`: it is no table",
    ),
    "a list in a text": ({X: command("echo ${{ vars.names }}")}, f"{X}:4: `vars.names` is no text"),
    "of another environment": (
        {X: command("echo ${{ vars.only }} ${{ vars.only }}")},
        f"{X}:4: there is no variable `only`",
    ),
    "not closed": ({X: command("echo ${{ vars.bucket } }}")}, f"{X}:4: `${{{{` begins a variable"),
    "an expression": ({X: command("echo ${{ vars.count + 1 }}")}, f"{X}:4: `${{{{ vars.count + 1"),
    "in a key": (
        {X: command("date") + '  env: {"${{ vars.bucket }}": x}\n'},
        f"{X}:5: a variable cannot stand in a key",
    ),
    "of a wrong type": (
        {X: f"retries: ${{{{ vars.bucket }}}}\n{SPEC}"},
        f"{X}:1: `retries` must be a whole number, not text (`vars.bucket` is set by dagctl.toml:",
    ),
    # loops
    "a loop over no variable": (
        {X: loop('{t: "${{ vars.zz }}"}', more="  dependencies: [b]\n")},
        f"{X}:4: there is no variable `zz`",
    ),
    "a loop over no variable, in a loop": (
        {
            X: "dag_name: X\ntasks:\n- group_id: g_${{ each.t }}\n  for_each: {t: [a, b]}\n"
            '  tasks: [{task_id: "x_${{ each.u }}", for_each: {u: "${{ vars.zz }}"}, '
            "bash_command: date}]\n"
        },
        f"{X}:5: there is no variable `zz`",
    ),
    "a loop over a text": ({X: loop('{t: "${{ vars.bucket }}"}')}, f"{X}:4: `t` must be a list"),
    "a loop over nothing": ({X: loop('{t: "${{ vars.empty }}"}')}, f"{X}:4: `t` must be a list"),
    "the same id": ({X: loop("{t: [a, a]}")}, f"{X}:3: the copies of this entry have the same id"),
    "a misspelt variable in the id": (
        {X: loop("{t: [a, b]}", "t_${{ each.tt }}")},
        f"{X}:3: no `for_each` around here has `tt`",
    ),
    "a missing key in the id": (
        {X: loop('{t: "${{ vars.tables }}"}', "t_${{ each.t.nme }}")},
        f"{X}:3: `each.t` has no key `nme`",
    ),
    "a mapping in the id": (
        {X: loop('{t: "${{ vars.tables }}"}')},
        f"{X}:3: `each.t` is no text and no number",
    ),
    "a slip in each copy": (
        {X: loop("{t: [a, b, c]}", more="  retries: x\n")},
        f"{X}:6: `retries` must be a whole number",
    ),
    # merge keys
    "a merge of a number": (
        {X: "dag_name: X\ntasks:\n- &b {task_id: a, bash_command: x}\n- {<<: [*b, 3], task_id: d}"},
        f"{X}:4: `<<` takes the keys of a mapping",
    ),
    "a merge of a text": (
        {X: "dag_name: X\ntasks:\n- {<<: abc, task_id: d}\n"},
        f"{X}:3: `<<` takes the keys of a mapping",
    ),
    "a merge at the top": ({X: "<<: abc\ndag_name: X\n"}, f"{X}:1: `<<` takes the keys"),
    "a slip that is merged": (
        {
            X: "dag_name: X\ntasks:\n- &b {task_id: a, bash_command: x, retries: q}\n"
            "- {<<: *b, task_id: b}\n- {<<: *b, task_id: c}\n"
        },
        f"{X}:3: `retries` must be a whole number",
    ),
    # templates
    "a misspelt parameter": (
        {X: using("{nme: N, view: a}"), REP: TEMPLATE},
        f"{X}:2: the template rep has no parameter `nme`",
    ),
    "code as a value": (
        {X: using('{name: N, view: "${{ vars.bad }}"}'), REP: TEMPLATE},
        f"{X}:2: the value breaks a rule: 'a; rm'",
    ),
    "a line too many": (
        {X: using('{name: N, view: "a\\n"}'), REP: TEMPLATE},
        f"{X}:2: the value does not fit the pattern",
    ),
    "Jinja as a value": (
        {X: using('{name: "{{ ds }}", view: a}'), REP: TEMPLATE},
        f"{X}:2: the value has braces",
    ),
    "a value of the wrong kind": (
        {X: using("{name: N, view: a, tags: [[1]]}"), REP: TEMPLATE},
        f"{REP}:11: each item of `tags` must be text, not a list (`params.tags` is set by `with`)",
    ),
    "no such version": (
        {X: using("{}", "rep@2"), REP: TEMPLATE},
        f"{X}:1: the template `rep` has no version 2",
    ),
    "a version that stands twice": (
        {X: using("{name: N, view: a}"), REP: TEMPLATE, "templates/z.yaml": TEMPLATE},
        f"{X}:1: rep@1 stands twice, in {REP} and templates/z.yaml",
    ),
    "a circle of templates": (
        {X: using("{name: N, view: a}"), REP: f"{TEMPLATE}use: rep@1\nwith: {{name: N}}\n"},
        f"{X}:1: the template `rep` has errors: {REP}:14: a template uses no other template",
    ),
    "a template with errors": (
        {X: using("{name: N, view: a}"), REP: f"{TEMPLATE}owner: ${{{{ params.zz }}}}\n"},
        f"{X}:1: the template `rep` has errors: {REP}:14: there is no parameter `zz`",
    ),
    "a misspelt name beside a template with errors": (
        {X: using("{}", "clenup@1"), REP: f"{TEMPLATE}owner: ${{{{ params.zz }}}}\n"},
        f"{X}:1: there is no template `clenup`",
    ),
    "a slip of the template": (
        {X: using("{name: N, view: a}"), REP: f"{TEMPLATE}retries: x\n"},
        f"{REP}:14: `retries` must be a whole number",
    ),
    # ids
    "the same id twice": (
        {X: f"dag_id: q\n{SPEC}", "specs/y.yaml": f"dag_name: Y\ndag_id: Q\n{TASKS}"},
        f"specs/y.yaml:2: {X} gives the id `q` too",
    ),
}


def test_a_file_that_is_named_twice_is_one_spec(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("specs")
    paths = ["specs", "link", "specs/../specs/x.yaml", str(tmp_path / X)]
    assert errors(checked(tmp_path, {X: f"dag_id: q\n{SPEC}"}, *paths)) == []


@pytest.mark.parametrize(
    ("use", "said"),
    [
        ("rep@2", ("has no version 2", "its versions here: 1; templates/rep2.yaml:")),
        ("repp@1", ("there is no template `repp`", "did you mean `rep`?")),
        ("e@1", ("there is no template `e`", "")),
        ("gone@1", ("the template `gone` has errors", "")),
        ("rep", ("names a template and its version", "write `use: rep@1`")),
    ],
)
def test_what_is_wrong_with_a_template_is_said_where_it_is_meant(
    tmp_path: Path, use: str, said: tuple[str, str]
) -> None:
    broken = TEMPLATE.replace("version: 1", "version: 2") + "retries: x\n"
    gone = TEMPLATE.replace("name: rep", "name: gone") + "template: [\n"
    files = {X: f"use: {use}\n", REP: TEMPLATE, "templates/rep2.yaml": broken + "a: [\n"}
    (finding,) = checked(tmp_path, {**files, "templates/gone.yaml": gone}).diagnostics
    assert said[0] in finding.message
    assert said[1] in (finding.hint or "")


@pytest.mark.parametrize("name", BAD)
def test_a_slip_is_one_error_where_it_is_said(tmp_path: Path, name: str) -> None:
    files, said = BAD[name]
    (error,) = errors(checked(tmp_path, files))
    assert error.startswith(said)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (loop("{t: [a, b]}", "t_${{ t }}"), "did you mean `${{ each.t }}`?"),
        (loop("{t: [{n: a}, {n: b}]}", "t_${{t.n}}"), "did you mean `${{ each.t.n }}`?"),
        (command("echo ${{ bucket }}"), "did you mean `${{ vars.bucket }}`?"),
    ],
)
def test_a_name_without_its_scope_gets_it_as_the_hint(tmp_path: Path, text: str, hint: str) -> None:
    (error,) = {
        (each.code, each.hint)
        for each in checked(tmp_path, {X: text}).diagnostics
        if each.severity is Severity.ERROR
    }
    assert error == (Code.BAD_VARIABLE, hint)


@pytest.mark.parametrize("kind", ["pipe", "folder", "link"])
def test_defaults_that_are_no_file_are_one_error(tmp_path: Path, kind: str) -> None:
    place = tmp_path / DEFAULTS
    place.parent.mkdir()
    match kind:
        case "pipe":
            os.mkfifo(place)
        case "folder":
            place.mkdir()
        case _:
            place.symlink_to("/dev/zero")
    (error,) = errors(checked(tmp_path, {X: SPEC}))
    assert error.startswith(f"{DEFAULTS}:")


def test_all_that_is_wrong_with_the_values_of_a_template_is_said_at_once(tmp_path: Path) -> None:
    wrong = using("{name: 3, day: 9, view: 'a b', tags: x, more: 1}")
    lines = errors(checked(tmp_path, {X: wrong, REP: TEMPLATE}))
    assert len(lines) == 5
    assert all(line.startswith(f"{X}:2: ") for line in lines)


def test_a_misspelt_operator_is_a_warning_and_a_teams_own_is_none(
    tmp_path: Path,
) -> None:
    text = "task_defaults:\n  KubernetsPodOperator: {retries: 2}\n  OurOwnThing: {retries: 2}\n"
    validation = checked(tmp_path, {X: SPEC, DEFAULTS: text})
    (warning,) = validation.diagnostics
    assert (warning.severity, warning.file, warning.line) == (Severity.WARNING, DEFAULTS, 2)
    assert "KubernetesPodOperator" in (warning.hint or "")
