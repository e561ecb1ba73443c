"""Run by the dagctl that is asked: what each spec of a folder gives, as one JSON object.

`python answers.py FOLDER WORKSPACE`; the folder has one spec a file, the workspace is embedded.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing, redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

from dagctl.cli.app import run

_IDS = {"id", "project_id", "user_id", "commit_id", "operation_id"}
_TIMES = {"created_at", "updated_at", "next_run"}
"""What is another in each run."""
_NUMBERED = {"dag_id", "file_path", "storage_path"}
_HEADER = re.compile(r"\A(?:#.*\n)+")
"""Of a DAG file: it has digests, whose form is not the same in all versions."""
_NUMBER = re.compile(r"_\d+(?=$|\.py$)", re.MULTILINE)
"""Of an id that another spec has taken before."""
_TRAILER = re.compile(r"(?m)^(Dagctl-Op:).*")
_DIGEST = "content_digest"
"""Of a file with its header."""


def ask(*arguments: str) -> tuple[int, str]:
    """Return the exit code and the standard output of a command, run in this process."""
    out, err = (TextIOWrapper(BytesIO(), "utf-8") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = run(arguments)
    out.seek(0)
    return code, out.read()


def plain(value: Any, key: str = "") -> Any:  # noqa: ANN401 - JSON
    """Return JSON data with a word for each id and time, and without the numbers of taken ids."""
    if isinstance(value, dict):
        return {name: plain(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item, key) for item in value]
    if value is not None and key in _IDS | _TIMES:
        return f"<{key}>"
    return _NUMBER.sub("", value) if key in _NUMBERED and isinstance(value, str) else value


def answers(spec: Path) -> dict[str, Any]:
    """Return what the commands say of one spec, as it is in each run."""
    code, said = ask("validate", str(spec), "--output", "json")
    envelope = json.loads(said)
    errors = [each for each in envelope["diagnostics"] if each["severity"] == "error"]
    answer: dict[str, Any] = {"validate": code, "codes": sorted({each["code"] for each in errors})}
    answer["json"] = {"validate": plain(envelope)}
    if code:
        return answer
    for target in ("2", "3"):
        code, text = ask("render", str(spec), "--airflow", target)
        answer[f"file for Airflow {target}"] = [code, _HEADER.sub("", text)]
    code, said = ask("create", str(spec), "--output", "json")
    answer["create"] = code
    envelope = json.loads(said)
    answer["json"]["create"] = plain(envelope)
    for dag in (envelope["result"] or {}).get("dags") or []:
        answer["dag_id"] = dag["dag_id"]
        answer["show"], shown = ask("show", dag["dag_id"], "--output", "json")
        answer["json"]["show"] = plain(json.loads(shown))
        answer["commit"] = commit()
        committed = git("show", f"HEAD:{dag['file_path']}")
        written = Path(dag["file_path"]).read_text("utf-8")
        code, stored = ask("show", dag["dag_id"], "--source")
        answer["file is committed and stored"] = [code, committed == written == stored]
        answer["file"] = _HEADER.sub("", committed).replace(dag["dag_id"], "<dag_id>")
    answer["again"], said = ask("create", str(spec), "--output", "json")
    answer["json"]["again"] = plain(json.loads(said))
    return answer


def commit() -> dict[str, str]:
    """Return what the newest commit has, without its id and time."""
    said = git("show", "-s", "--format=%an <%ae>%n%cn <%ce>%n%B", "HEAD")
    return {
        "text": _NUMBER.sub("", _TRAILER.sub(r"\1 <operation_id>", said)),
        "paths": _NUMBER.sub("", git("show", "--format=", "--name-status", "HEAD")),
    }


def git(*arguments: str) -> str:
    """Return what git prints of the workspace."""
    done = subprocess.run(["git", *arguments], check=True, capture_output=True)
    return done.stdout.decode("utf-8")


def add_rows(all_answers: dict[str, dict[str, Any]]) -> None:
    """Give each answer the row of its DAG, in `list` and in the registry."""
    _, said = ask("list", "--all", "--output", "json")
    listed = {row["dag_id"]: row for row in json.loads(said)["result"]["dags"]}
    (registry,) = Path().rglob("registry.db")
    with closing(sqlite3.connect(registry)) as database:
        database.row_factory = sqlite3.Row
        recorded = {row["dag_id"]: dict(row) for row in database.execute("SELECT * FROM user_dags")}
    for answer in all_answers.values():
        dag_id = answer.pop("dag_id", None)
        if dag_id is not None:
            answer["json"]["list"] = plain(listed.get(dag_id))
            row = recorded[dag_id]
            row["spec"] = json.loads(row["spec"])
            row["storage_path"] = row["storage_path"].removeprefix(f"{row['project_id']}/")
            del row[_DIGEST]
            answer["json"]["row"] = plain(row)


def main(folder: str, workspace: str) -> None:
    """Print the answers by the names of the files."""
    os.chdir(workspace)
    given = sorted(Path(folder).iterdir())
    all_answers = {spec.name: answers(spec) for spec in given}
    add_rows(all_answers)
    print(json.dumps(all_answers))


if __name__ == "__main__":
    main(*sys.argv[1:])
