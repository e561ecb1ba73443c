"""The tables of odd keys: each row of them is converted, and what the row says becomes of it.

A row shows where the key stands, what is written, and the outcome. A file of the other tool is
made around it.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dagctl.convert import (
    AirflowYaml,
    Conversion,
    Factory,
    GustyFolder,
    convert_airflow_config,
    convert_airflow_yaml,
    convert_dag_factory,
    convert_gusty,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGES = Path(__file__).resolve().parents[2] / "docs" / "how-to"
ROW = re.compile(
    r"^\| (?P<where>[\w .]+) \| `(?P<written>[^`]+)` \| (?P<outcome>[a-z ]+)(?:[:;,] .+)? \|$"
)
TODAY = date(2026, 3, 10)
BASH = "airflow.providers.standard.operators.bash.BashOperator"


def factory(lines: Mapping[str, str], airflow: str) -> Conversion:
    text = f"""orders:
  schedule: null
{lines["DAG"]}
  default_args:
    owner: data
{lines["default_args"]}
  tasks:
    load:
      operator: {BASH}
      bash_command: echo 1
{lines["task"]}
"""
    return convert_dag_factory(Factory(text, "dags.yml"), airflow=airflow, today=TODAY)


def gusty(lines: Mapping[str, str], airflow: str) -> Conversion:
    texts = {
        "dags/etl/METADATA.yml": f"latest_only: false\n{lines['DAG']}\n",
        "dags/etl/load.yml": f"operator: {BASH}\nbash_command: echo 1\n{lines['task']}\n",
    }
    return convert_gusty(GustyFolder("dags/etl", texts), airflow=airflow, today=TODAY)


def config(lines: Mapping[str, str], airflow: str) -> Conversion:
    text = f"""_target_: airflow_config.Configuration
{lines["file"]}
dags:
  orders:
    schedule: null
{lines["DAG"]}
    tasks:
      load:
        _target_: airflow_config.BashTask
        bash_command: echo 1
{lines["task"]}
"""
    return convert_airflow_config(text, "c.yaml", airflow=airflow, today=TODAY)


def own_yaml(lines: Mapping[str, str], airflow: str) -> Conversion:
    text = f"""$schema: https://airflow.apache.org/schemas/dag/2026-10-30.json
dag_id: orders
{lines["DAG"]}
tasks:
  - id: load
    uses: {BASH}
    with: {{bash_command: echo 1}}
{lines["task"]}
"""
    return convert_airflow_yaml(AirflowYaml(text, "a.yaml"), airflow=airflow)


TOOLS = {
    "dag-factory": (factory, {"DAG": 2, "default_args": 4, "task": 6}),
    "from-gusty": (gusty, {"DAG": 0, "task": 0}),
    "from-airflow-config": (config, {"file": 0, "DAG": 4, "task": 8}),
    "from-airflow-yaml": (own_yaml, {"DAG": 0, "task": 4}),
}


def table(page: str) -> list[str]:
    """Return the rows of the table of a page, without its two first lines."""
    text = (PAGES / f"{page}.md").read_text("utf-8").partition("## Odd keys")[2]
    section = text.partition("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("|")][2:]


ROWS = [(page, line) for page in TOOLS for line in table(page)]


@pytest.mark.parametrize(("page", "line"), ROWS)
def test_what_becomes_of_an_odd_key(page: str, line: str) -> None:
    row = ROW.fullmatch(line)
    assert row, f"{line} has another form"
    where, written, outcome = row["where"], row["written"], row["outcome"]
    convert, depths = TOOLS[page]
    lines = dict.fromkeys(depths, "")
    lines[where] = " " * depths[where] + written
    key = written.partition(":")[0]
    (dag,) = convert(lines, "3").dags
    ours = {remark.outcome.value for remark in dag.remarks if _is_about(remark.subject, key)}
    assert ours == ({outcome} if outcome != "kept" else set()), dag.remarks
    assert dag.whole == (outcome != "gap")


def _is_about(subject: str, key: str) -> bool:
    return key in subject.split(".")


def test_each_page_has_its_table() -> None:
    assert {page for page, _ in ROWS} == {*TOOLS}
