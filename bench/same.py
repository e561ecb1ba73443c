"""What the specs of another commit give there and here (`REV=COMMIT`).

Compared are exit codes, files, commits, rows of the registry, and the JSON of `validate`, `create`,
a second `create`, `show` and `list`: what it said then, it says now. Ids and times do not count,
nor the header of a file, and keys may be added. The specs are the examples, goldens and corpus of
that commit, and those of `CORPUS`, a file of the corpus's form. A spec that was refused and is
taken now counts apart: the language has grown.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.against import installed, rev
from bench.place import PYTHON, ROOT, SCRATCH, environment, repository
from bench.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNNER = ROOT / "bench" / "runners" / "answers.py"
Answers = dict[str, dict[str, Any]]
_TWICE = "the path of a key that stands twice has the key"
_CR = "the warning DAG455 is gone: Jinja makes LF of CRLF before bash reads a command"
INTENDED = {
    "commands_spec.yaml": _CR,
    "corpus0_json_key_twice_escaped.json": _TWICE,
    "corpus0_yaml_key_twice_deep.yaml": _TWICE,
    "corpus1_bash_crlf.json": _CR,
    "corpus1_bash_syntax_error.json": "a command that bash cannot read fails each run",
    "corpus1_yaml_dup_tasks.yaml": _TWICE,
    "corpus0_json_comma_missing.json": "reading goes on after a missing comma: more is reported",
    "corpus1_email_header_injection.json": "`email` is a field now, and its value is checked",
    "corpus1_py_def_required_unknown.json": "an argument that Airflow cannot give fails each run",
    "corpus1_schedule_type_dict.json": "a mapping may be a schedule now, so its keys are checked",
    "corpus1_yaml_merge_chain.yaml": "`<<` is read now, so what it brings in is checked",
}
"""Specs that shall give something else than at 01931ba, and why."""
_ABSENT = "no such key"
_LONGEST = 60
_WORDS = {"message", "hint"}
"""What may be said in better words."""
_GROWING = {"warnings", "untracked"}
"""Lists of texts that may have more texts now, such as a warning of two DAGs of one name."""


def measure() -> Iterator[Row]:
    """Yield how many specs give the same; the others are printed with what differs."""
    python = installed(rev())
    folder = SCRATCH / "specs"
    collect(python.parents[2], folder)
    before, after = answers(python, "before", folder), answers(PYTHON, "after", folder)
    taken = [name for name in before if before[name]["validate"] and not after[name]["validate"]]
    others = [name for name in before if name not in taken]
    differ = {name: sorted(differences(before[name], after[name])) for name in others}
    for name, parts in differ.items():
        if parts:
            reason = f" (intended: {INTENDED[name]})" if name in INTENDED else ""
            print(f"  {name}{reason}: {', '.join(parts)}")
    different = [name for name, parts in differ.items() if parts]
    unnamed = sum(name not in INTENDED for name in different)
    yield Row("specs that were refused and are taken now", str(len(taken)))
    yield Row("specs that differ as intended", str(len(different) - unnamed))
    yield Row("specs that differ otherwise", str(unnamed), None, "0", not unnamed)
    same = f"{len(others) - len(different)} of {len(others)}"
    yield Row("specs that give the same exit codes, files, commits, rows and JSON", same)


def collect(tree: Path, folder: Path) -> None:
    """Write the specs of a commit's tree into a folder, one a file."""
    folder.mkdir()
    for spec in [*(tree / "examples").iterdir(), *(tree / "tests" / "golden").glob("*/spec.*")]:
        name = f"{spec.parent.name}_{spec.name}"
        (folder / name).write_bytes(spec.read_bytes())
    further = os.environ.get("CORPUS")
    corpora = [tree / "tests/corpus/specs.jsonl", *([Path(further)] if further else [])]
    for number, corpus in enumerate(corpora):
        for line in map(json.loads, corpus.read_text("utf-8").splitlines()):
            if "expand" not in line:  # these are of megabytes
                suffix = "json" if line["format"] == "json" else "yaml"
                text = line["spec"].encode("utf-8", "surrogatepass")
                (folder / f"corpus{number}_{line['name']}.{suffix}").write_bytes(text)


def answers(python: Path, name: str, folder: Path) -> Answers:
    """Return what a dagctl says of the specs, in a workspace of its own."""
    workspace = repository(f"answers_{name}")
    subprocess.run(
        [python, "-m", "dagctl", "-q", "init"], cwd=workspace, env=environment(), check=True
    )
    done = subprocess.run(
        [python, RUNNER, folder, workspace], env=environment(), check=True, capture_output=True
    )
    said: Answers = json.loads(done.stdout)
    return said


def differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """Yield the parts that differ; of JSON, what the other has besides is no difference."""
    for part, value in before.items():
        now = after.get(part)
        if part == "json":
            yield from lost(value, now, ())
        elif now != value:
            is_short = isinstance(value, int) or part == "codes"
            yield f"{part}: {value} -> {now}" if is_short else part


def lost(before: object, after: object, path: tuple[str, ...]) -> Iterator[str]:
    """Yield the places in JSON data where the second does not say what the first says."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() - _WORDS:
            yield from lost(before[key], after.get(key, _ABSENT), (*path, key))
    elif isinstance(before, list) and isinstance(after, list) and path[-1] == "diagnostics":
        said = [_essence(each) for each in after]
        yield from (
            f"{'.'.join(path)}: {each}" for each in map(_essence, before) if each not in said
        )
    elif isinstance(before, list) and isinstance(after, list) and path[-1] in _GROWING:
        yield from (f"{'.'.join(path)}: {text}" for text in before if text not in after)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for old, new in zip(before, after, strict=True):
            yield from lost(old, new, path)
    elif before != after:
        yield f"{'.'.join(path)}: {_short(before)} -> {_short(after)}"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _essence(diagnostic: dict[str, Any]) -> tuple[object, ...]:
    """Return what must not change of a finding; its words may become better."""
    line = (diagnostic["range"] or {"start": {"line": None}})["start"]["line"]
    return diagnostic["code"], diagnostic["severity"], tuple(diagnostic["path"]), line
