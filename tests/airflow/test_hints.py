"""What dagctl tells people to write in a command does in real Airflow what the hint says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dagctl.user_code.airflow_context import GONE_ATTRIBUTES, attribute_slip
from dagctl.user_code.jinja.context_variables import REPLACEMENTS
from dagctl.user_code.python.gone_imports import GONE_IN_3, ONLY_IN_3
from dagctl.user_code.python.old_hooks import old_hooks

CONF = {"hostile": "it's '; echo \"broken\" $(echo broken) `echo broken` \\\\"}
"""As in `runners/run.py`."""

if TYPE_CHECKING:
    from .conftest import Airflow


@pytest.mark.parametrize("airflow", ["2"], indirect=True)
def test_a_replacement_gives_the_text_of_the_variable_that_is_gone(airflow: Airflow) -> None:
    pairs = {f"{{{{ {old} }}}}": f"{{{{ {new} }}}}" for old, new in REPLACEMENTS.items()}

    text = airflow.render([*pairs, *pairs.values()])

    assert {old: text[new] for old, new in pairs.items()} == {old: text[old] for old in pairs}
    assert all(text[old].startswith("20") for old in pairs)


def test_both_airflows_know_every_replacement(runs: dict[str, dict[str, Any]]) -> None:
    states = {task: one["state"] for task, one in runs["hints"]["tasks"].items()}

    assert states == dict.fromkeys(REPLACEMENTS, "success")


def test_bash_takes_an_escaped_parameter_as_text(runs: dict[str, dict[str, Any]]) -> None:
    assert runs["escaped"]["tasks"]["show"]["xcom"] == CONF["hostile"]


def test_only_airflow_2_has_what_is_said_to_be_gone(airflow: Airflow) -> None:
    instead = {new for new in GONE_IN_3.values() if new}
    there = airflow.ask("imports.py", *GONE_IN_3, *ONLY_IN_3, *instead)

    if airflow.version == "2":
        assert GONE_IN_3.keys() - {*there} == set()
        assert {*ONLY_IN_3} & {*there} == set()
    else:
        assert {*there} == {*ONLY_IN_3, *instead}


def test_hooks_of_airflow_1_have_the_places_to_which_airflow_2_leads(airflow: Airflow) -> None:
    if airflow.version != "2":
        pytest.skip("Airflow 3 leads to none of them any more")
    real: dict[str, str] = airflow.ask("old_hooks.py")
    standard = "airflow.providers.standard.hooks."
    said = {old: new for old, new in old_hooks().items() if not old.endswith(".Secret")}

    assert {old: real[old] for old in said} == {
        old: new.replace(standard, "airflow.hooks.") for old, new in said.items()
    }
    hooks = {old for old in real if old.startswith("airflow.hooks.") and old.endswith("Hook")}
    assert hooks - old_hooks().keys() == {"airflow.hooks.base_hook.BaseHook"}


def test_what_is_said_of_an_attribute_is_true_of_the_real_objects(airflow: Airflow) -> None:
    there: dict[str, list[str]] = airflow.ask("attributes.py")
    gone = {(owner, name) for owner, names in GONE_ATTRIBUTES.items() for name in names}
    real = {(owner, name) for owner, names in there.items() for name in names}
    said = {pair for pair in real if attribute_slip(*pair)}

    assert said == (gone if airflow.version == "2" else set())
    assert {("ti", "xcom_pull"), ("dag_run", "conf"), ("macros", "ds_add")} <= real
