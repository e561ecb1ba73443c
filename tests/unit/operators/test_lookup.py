"""From a name to an operator."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagctl.operators.decorators import decorator_names, lookup_decorator
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator, Reason, Unresolved
from dagctl.operators.package_data import exists
from dagctl.operators.targets import targets

S3_KEY = "airflow.providers.amazon.aws.sensors.s3.S3KeySensor"


def operator(name: str, target: str = "3", **versions: str) -> Operator:
    result = lookup(name, target, versions)
    assert isinstance(result, Operator), result
    return result


def unresolved(name: str, target: str = "3", **versions: str) -> Unresolved:
    result = lookup(name, target, versions)
    assert isinstance(result, Unresolved), result
    return result


@pytest.mark.parametrize(
    "name",
    ["S3KeySensor", "amazon.S3KeySensor", "apache-airflow-providers-amazon.S3KeySensor", S3_KEY],
)
def test_an_operator_has_three_names(name: str) -> None:
    result = operator(name)
    assert result.path == S3_KEY
    assert (result.kind, result.provider, result.deferrable) == ("sensor", "amazon", "parameter")
    assert result.distribution == "apache-airflow-providers-amazon"
    assert result.parameters["bucket_key"].need == "required"
    assert result.parameters["timeout"].kind.reads_text_as == "duration"
    assert result.template_fields is not None
    assert "bucket_key" in result.template_fields


def test_a_provider_with_dots_in_its_name() -> None:
    for owner in ("cncf.kubernetes", "cncf-kubernetes"):
        assert operator(f"{owner}.KubernetesPodOperator").pod


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("2.9", "airflow.operators.bash.BashOperator"),
        ("2", "airflow.operators.bash.BashOperator"),
        ("3.0", "airflow.providers.standard.operators.bash.BashOperator"),
        ("3", "airflow.providers.standard.operators.bash.BashOperator"),
    ],
)
def test_the_import_path_is_that_of_the_target(target: str, path: str) -> None:
    assert operator("BashOperator", target).path == path


@pytest.mark.parametrize(
    ("old", "target", "new"),
    [
        (
            "airflow.operators.bash.BashOperator",
            "3",
            "airflow.providers.standard.operators.bash.BashOperator",
        ),
        (
            "airflow.operators.bash_operator.BashOperator",
            "3",
            "airflow.providers.standard.operators.bash.BashOperator",
        ),
        (
            "airflow.operators.bash_operator.BashOperator",
            "2",
            "airflow.operators.bash.BashOperator",
        ),
        (
            "airflow.operators.docker_operator.DockerOperator",
            "2",
            "airflow.providers.docker.operators.docker.DockerOperator",
        ),
    ],
)
def test_an_old_import_path_leads_to_the_new_one(old: str, target: str, new: str) -> None:
    result = operator(old, target)
    assert (result.path, result.moved_from) == (new, old)


def test_a_misspelt_name_is_unknown_with_the_near_name() -> None:
    result = unresolved("S3KeySensr")
    assert result.reason is Reason.UNKNOWN
    assert result.candidates[0] == "S3KeySensor"
    assert result.hint is not None
    assert result.hint.startswith("did you mean `S3KeySensor`")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("s3keysensor", "S3KeySensor"),
        ("KubernetesPodOperater", "KubernetesPodOperator"),
        ("SQLExecuteQuery", "SQLExecuteQueryOperator"),
        ("amazon.S3KeySensr", "amazon.S3KeySensor"),
        ("google.S3KeySensor", "amazon.S3KeySensor"),
        ("airflow.providers.amazon.aws.sensors.s3_key.S3KeySensor", S3_KEY),
    ],
)
def test_near_names(name: str, near: str) -> None:
    assert near in unresolved(name).candidates


def test_a_name_of_several_providers_is_ambiguous() -> None:
    result = unresolved("DataprocCreateClusterOperator")
    assert result.reason is Reason.AMBIGUOUS
    assert result.candidates == (
        "google.DataprocCreateClusterOperator",
        "yandex.DataprocCreateClusterOperator",
    )


def test_an_operator_that_the_provider_has_no_more() -> None:
    name = "BigQueryCreateExternalTableOperator"
    result = unresolved(name, "2.11")
    assert result.reason is Reason.OTHER_VERSION
    assert "not in the newest `google` for Airflow 2.11 any more" in result.message
    assert 'google = "15.1.0"' in str(result.hint)
    assert operator(name, "2.11", google="15.1.0").name == name


def test_an_operator_of_a_newer_airflow() -> None:
    result = unresolved("HITLOperator", "3.0")
    assert result.reason is Reason.OTHER_TARGET
    assert "needs Airflow 3.1 and later" in result.message


def test_the_projects_own_operators_are_allowed() -> None:
    result = unresolved("mlops.operators.PublishModels")
    assert result.allowed
    assert not unresolved("PublishModels").allowed
    assert not unresolved("airflow.operators.mine.PublishModels").allowed
    assert unresolved("airflow.providers.acme.operators.PublishModels").allowed


def test_a_version_of_a_provider_decides() -> None:
    newest = operator("S3KeySensor")
    assert operator("S3KeySensor", amazon=newest.version) == newest
    old = operator("S3KeySensor", "3", amazon="9.6.1")
    assert old.version == "9.6.1"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a" * 10_000, "\x00", "Ünïcode", "a.b." * 100, "\n\t"]
)
def test_any_text_is_a_name_that_leads_nowhere(name: str) -> None:
    assert isinstance(lookup(name, "3"), Unresolved)


@pytest.mark.parametrize(
    "owner", ["/etc/passwd", "../data/amazon", "..", "\x00", "AMAZON/", "\ud800", "_base", "_names"]
)
def test_a_provider_s_name_reaches_no_other_file(owner: str) -> None:
    for name in (f"{owner}.Operator", f"airflow.providers.{owner}.Operator"):
        assert isinstance(lookup(name, "3"), Unresolved)
    assert not exists(owner) or owner.startswith("_")


@given(st.text(max_size=30))
def test_no_text_fails(text: str) -> None:
    for name in (text, f"{text}.Operator", f"airflow.providers.{text}.x.Y", f"amazon.{text}"):
        assert isinstance(lookup(name, "3"), Operator | Unresolved)


def test_decorators() -> None:
    assert {"docker", "kubernetes", "sql", "virtualenv"} <= set(decorator_names("3"))
    assert {"bash", "virtualenv"} <= set(decorator_names("2.9"))
    docker = lookup_decorator("task.docker", "3")
    assert isinstance(docker, Operator)
    assert docker.parameters["image"].need == "required"
    assert docker.parameters["python_callable"].need == "optional"
    missing = lookup_decorator("task.dokcer", "3")
    assert isinstance(missing, Unresolved)
    assert missing.candidates == ("task.docker",)


def test_every_target_knows_every_class_at_its_own_path() -> None:
    for target in targets():
        assert operator("PythonOperator", target).name == "PythonOperator"


CHECK = """
import sys
sys.path.insert(0, "src")
from dagctl.operators import package_data
from dagctl.operators.lookup import lookup
assert not package_data.content.cache_info().currsize
lookup("airflow.providers.docker.operators.docker.DockerOperator", "3")
read = package_data.content.cache_info().currsize
assert read == 2, read
lookup("DockerOperator", "3")
assert package_data.content.cache_info().currsize == read + 1
for name in ("pydantic", "jinja2", "yaml", "typer", "rich", "git"):
    assert name not in sys.modules, name
"""


def test_a_look_up_reads_only_what_it_needs() -> None:
    """By path: the targets and the provider, the base only for a sensor; by name: the names too."""
    subprocess.run([sys.executable, "-c", CHECK], check=True)


def test_the_help_and_a_spec_without_operators_read_nothing() -> None:
    code = (
        "import sys; import dagctl.__main__, dagctl.cli.program; from dagctl import load_spec;"
        "load_spec('dag_name: x\\ntasks: [{task_id: a, task_type: bash, bash_command: ls}]');"
        "data = sys.modules.get('dagctl.operators.package_data');"
        "assert data is None or not data.content.cache_info().currsize"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
