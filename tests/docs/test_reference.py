"""The reference pages name exactly what the program has."""

from __future__ import annotations

import re
import runpy

from dagctl.cli.command_table import COMMANDS
from dagctl.codegen.render import render
from dagctl.errors import ExitCode
from dagctl.server.refusals import STATUSES
from dagctl.settings import CHECKS
from dagctl.spec.json_schema import json_schema
from dagctl.spec.load import check_spec
from dagctl.spec.resolution.around import Around
from tests.docs.pages import REFERENCE, ROOT, quoted, table


def test_the_pages_that_make_docs_writes_are_what_it_would_write_now() -> None:
    written = runpy.run_path(str(ROOT / "scripts" / "reference.py"))["pages"]()
    assert {path.name: path.read_text("utf-8") for path in written} == {
        path.name: text for path, text in written.items()
    }
    schemas = {path for path in written if path.parent.name == "json"}
    assert set((REFERENCE / "json").iterdir()) == schemas


def test_the_readme_names_every_command() -> None:
    rows = re.findall(r"^\| (\[`.*) \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"\[`(?:dagctl )?(\w+)`\]", row)]
    assert sorted([*named, "help"]) == sorted(COMMANDS)


def test_every_exit_code_is_explained() -> None:
    shown = {int(row[0]): row[1] for row in table("exit-codes.md")}
    assert shown == {int(code): code.name.lower() for code in ExitCode}


def test_the_http_status_of_every_exit_code_is_named() -> None:
    shown = {int(row[0]): int(row[2]) for row in table("exit-codes.md") if row[2]}
    assert shown == {ExitCode.OK: 200, **STATUSES}


def test_every_setting_is_explained() -> None:
    assert quoted(table("settings.md")) == list(CHECKS)
    assert quoted(table("settings.md"), 2) == [f"DAGCTL_{key.upper()}" for key in CHECKS]


def test_every_field_of_a_dag_is_explained() -> None:
    assert set(quoted(table("spec.md", "## The DAG"))) == set(json_schema()["properties"]) - {
        "$schema"
    }


def test_every_field_of_a_task_is_explained() -> None:
    definitions = json_schema()["definitions"]
    tasks = [one for name, one in definitions.items() if name.endswith("Task")]
    fields = {field for one in tasks for field in one["properties"]}
    own = quoted(table("spec.md", "## A task"))
    of_every_task = quoted(table("spec.md", "### Arguments of tasks"))
    of_functions = quoted(table("spec.md", "### Settings of functions"), 1)
    assert {*own, *of_every_task, *of_functions} == fields


def test_every_field_of_a_group_is_explained() -> None:
    fields = json_schema()["definitions"]["Group"]["properties"]
    assert set(quoted(table("spec.md", "## Groups"))) == set(fields)


def test_the_page_of_generated_files_shows_the_golden_ones() -> None:
    page = (REFERENCE / "generated.md").read_text("utf-8")
    folders = sorted((ROOT / "tests" / "golden").glob("language_*"))
    assert folders
    for folder in folders:
        assert (folder / "spec.yaml").read_text("utf-8").rstrip() in page
        source = (folder / "airflow3.py").read_text("utf-8")
        assert source[source.index("from ") :].rstrip() in page


_MADE = re.compile(
    r"```yaml\n((?:(?!```).)*)```\n((?:(?!```yaml).)*?)"
    r"<!-- made for (\S+) -->\n```text\n(.*?)\n```",
    re.DOTALL,
)
_FILE = re.compile(r"`([^`\n]+)` is:\n\n```text\n(.*?)```", re.DOTALL)


def test_the_page_of_generated_files_shows_what_is_made_for_single_versions() -> None:
    page = (REFERENCE / "generated.md").read_text("utf-8")
    shown = _MADE.findall(page)
    assert len(shown) == page.count("<!-- made for ") > 0
    for spec, between, airflow, source in shown:
        around = Around(files=dict(_FILE.findall(between)).__getitem__)
        checked = check_spec(spec, airflow=airflow, around=around)
        assert checked.diagnostics == ()
        made = render(checked.result(), airflow=airflow)
        assert made[made.index("from ") :].rstrip() == source
