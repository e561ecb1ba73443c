"""Any asset, condition, length and file is refused, or comes back from what Airflow loads."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.spec.fields.durations import length_of
from dagctl.spec.load import check_spec
from dagctl.spec.resolution.around import Around

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Airflow

PIECES = [
    *("a", "B", "0", "/", "//", "://", ":", "?", "#", "&", "=", "%20", "%", " ", "[", "]", "@"),
    *(".", "..", "~", "'", '"', "\\", "{{ ds }}", "$x", "s3", "file", "postgres", "x-y", "é"),
    *("\n", "-", "S3", "airflow", "warehouse", "1", ",", ";", "|", "<", "*", "!", "^", "`", "+"),
]
UNITS = ("w", "d", "h", "m", "s")
FILES = ["select 1", "\n", "'''\n", '"""', "\\", "a\r\nb", "\u2028", "\x00", "{{ ds }}", "\t"]
READS = {
    "task_id": "b",
    "python_callable": "pprint.pprint",
    "with": {"object": {"$file": "sql/a.sql"}},
}


def name(chance: random.Random) -> str:
    start = chance.choice(["", "", "s3://", "file://", "warehouse://", "postgres://", "x://"])
    return start + "".join(chance.choice(PIECES) for _ in range(chance.randrange(1, 7)))


def condition(chance: random.Random, depth: int = 2) -> Any:  # noqa: ANN401 - raw data
    kind = chance.randrange(4 if depth else 2)
    if kind < 2:
        return name(chance) if kind else {"$asset": name(chance)}
    inner = [condition(chance, depth - 1) for _ in range(chance.randrange(1, 4))]
    return {"any" if kind == 2 else "all": inner}


def said(item: Any) -> str:  # noqa: ANN401 - raw data
    """Return a condition as the runner shows it."""
    if isinstance(item, str):
        return item.rstrip("/")
    [(key, value)] = item.items()
    if key == "$asset":
        return said(value)
    return f"{key}({', '.join(map(said, value))})"


def length(chance: random.Random) -> str:
    units = [unit for unit in UNITS if chance.random() < 0.4]
    return "".join(f"{chance.choice([0, 1, 7, 59, 90, 100_000])}{unit}" for unit in units)


def data(chance: random.Random, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a spec with made-up assets, a length and a text of a file, and what it says."""
    assets = condition(chance)
    asked = assets if isinstance(assets, dict) and "$asset" not in assets else {"assets": [assets]}
    outlets = [name(chance) for _ in range(chance.randrange(1, 3))]
    task = {
        "task_id": "a",
        "operator": "FileSensor",
        "with": {"filepath": "/a", "timeout": length(chance)},
        "outlets": [{"$asset": each} for each in outlets],
    }
    shown = said(assets) if asked is assets else f"all({said(assets)})"
    made = {"condition": shown, "outlets": [each.rstrip("/") for each in outlets]}
    return {"dag_name": f"Assets {number}", "schedule": asked, "tasks": [task, READS]}, made


@pytest.mark.sweep
def test_assets_lengths_and_files_come_back_as_they_are(airflow: Airflow, tmp_path: Path) -> None:
    chance = random.Random(6)
    taken: list[tuple[Any, dict[str, Any]]] = []
    refused = 0
    while len(taken) < 80:
        raw, made = data(chance, len(taken))
        text = "".join(chance.choice(FILES) for _ in range(3))
        around = Around(files={"sql/a.sql": text}.__getitem__)
        checked = check_spec(json.dumps(raw), airflow=airflow.version, around=around)
        if checked.spec is None:
            refused += 1
            continue
        made |= {"text": text, "timeout": raw["tasks"][0]["with"]["timeout"]}
        taken.append((checked.spec, made))
    files = [airflow.write(spec, tmp_path) for spec, _ in taken]
    reports = airflow.load(files, runner="arguments.py")

    assert refused > 0
    for file, (_, made) in zip(files, taken, strict=True):
        report = reports[file]
        assert report["errors"] == [], made
        task = report["tasks"]["a"]
        assert report["dag"]["condition"] == made["condition"]
        assert task["outlets"] == made["outlets"]
        assert report["tasks"]["b"]["op_kwargs"]["object"] == made["text"]
        assert task["timeout"] == length_of(made["timeout"]).total_seconds()
