"""Run by the dagctl that is asked: what each spec of a folder gives, as one JSON object.

`python answers.py FOLDER WORKSPACE`; the folder has one spec a file.
"""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

from dagctl.cli.app import run

FIELDS = (
    *("dag_id", "dag_name", "description", "file_path", "schedule_interval", "owner", "tags"),
    *("task_count", "is_active", "version", "state"),
)
"""Of a row: what is the same in each run."""
_HEADER = re.compile(r"\A(?:#.*\n)+")
"""Of a DAG file: it has digests, whose form is not the same in all versions."""
_NUMBER = re.compile(r"_\d+(?=$|\.py$)")
"""Of an id that another spec has taken before."""


def ask(*arguments: str) -> tuple[int, str]:
    """Return the exit code and the standard output of a command, run in this process."""
    out, err = (TextIOWrapper(BytesIO(), "utf-8") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = run(arguments)
    out.seek(0)
    return code, out.read()


def answers(spec: Path) -> dict[str, Any]:
    """Return what the commands say of one spec, without ids, times and commits."""
    code, said = ask("validate", str(spec), "--output", "json")
    found = json.loads(said).get("diagnostics") or []
    answer: dict[str, Any] = {
        "validate": code,
        "codes": sorted({one["code"] for one in found if one["severity"] == "error"}),
    }
    if code:
        return answer
    for target in ("2", "3"):
        code, text = ask("render", str(spec), "--airflow", target)
        answer[f"file for Airflow {target}"] = [code, _HEADER.sub("", text)]
    code, said = ask("create", str(spec), "--output", "json")
    answer["create"] = code
    for dag in (json.loads(said)["result"] or {}).get("dags") or []:
        _, shown = ask("show", dag["dag_id"], "--output", "json")
        row = json.loads(shown)["result"]["dag"]
        numberless = {name: _NUMBER.sub("", row[name]) for name in ("dag_id", "file_path")}
        answer["row"] = {name: row[name] for name in FIELDS} | numberless
    return answer


def main(folder: str, workspace: str) -> None:
    """Print the answers by the names of the files."""
    os.chdir(workspace)
    given = sorted(Path(folder).iterdir())
    print(json.dumps({spec.name: answers(spec) for spec in given}))


if __name__ == "__main__":
    main(*sys.argv[1:])
