"""`load_operator`: the catalogue for a program."""

from __future__ import annotations

from typing import Any

import pytest

from dagctl import Operator, load_operator
from dagctl.errors import NotFoundError, UsageError


def test_an_operator_has_what_its_class_takes_on_an_airflow() -> None:
    bash = load_operator("BashOperator", airflow="2.11")
    assert isinstance(bash, Operator)
    assert bash.path == "airflow.operators.bash.BashOperator"
    assert load_operator("BashOperator").path.startswith("airflow.providers.standard.")
    assert bash.parameters["bash_command"].need == "required"
    assert "bash_command" in (bash.template_fields or ())
    assert load_operator("task.docker").kind == "decorated"
    pod, old = (
        load_operator("KubernetesPodOperator", airflow=f"2.11{provider}")
        for provider in ("", " cncf.kubernetes==10.4.3")
    )
    assert old.version == "10.4.3" != pod.version


@pytest.mark.parametrize(
    ("name", "airflow", "error", "said"),
    [
        ("BashOperatr", "3", NotFoundError, "BashOperator"),
        ("HITLOperator", "3.0", NotFoundError, "3.1"),
        ("my_company.MyOperator", "3", NotFoundError, "not in the catalogue"),
        ("BashOperator", "1.10", UsageError, "2.11"),
        ("BashOperator", "3 amazon==x", UsageError, "amazon"),
        (7, "3", UsageError, "int"),
        ("", "3", NotFoundError, "operator"),
    ],
)
def test_what_is_not_there_is_named_with_the_next_step(
    name: Any,  # noqa: ANN401 - what a program may pass
    airflow: str,
    error: type[Exception],
    said: str,
) -> None:
    with pytest.raises(error) as caught:
        load_operator(name, airflow=airflow)
    assert said in f"{caught.value} {getattr(caught.value, 'hint', '')}"
