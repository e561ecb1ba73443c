"""What a pod is built of: mappings, and objects of Kubernetes."""

from __future__ import annotations

from typing import Any

import pytest

from dagctl.findings.codes import Code
from dagctl.operators.call_checks import OperatorCall, check_call
from dagctl.operators.call_findings import CallLevel
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator
from dagctl.operators.pod_values import object_findings
from dagctl.spec.load import check_spec
from tests.unit.operators.pod_cases import RIGHT, WRONG

PODS = ("KubernetesPodOperator", "EksPodOperator", "GKEStartPodOperator", "SparkKubernetesOperator")
TARGETS = ("2.9", "2.10", "2.11", "3.3")


def said(operator: str, target: str, name: str, value: object) -> list[Any]:
    known = lookup(operator, target, {})
    assert isinstance(known, Operator)
    every = check_call(known, OperatorCall(arguments={name: value}, more=True))
    return [finding for finding in every if finding.level is CallLevel.ERROR]


@pytest.mark.parametrize("target", TARGETS)
def test_a_value_that_makes_a_pod_has_no_finding(target: str) -> None:
    for name, value in RIGHT:
        assert said("KubernetesPodOperator", target, name, value) == [], (name, value)


@pytest.mark.parametrize("target", TARGETS)
def test_a_value_that_makes_no_pod_has_one_error_at_its_place(target: str) -> None:
    for name, value, place, words in WRONG:
        errors = said("KubernetesPodOperator", target, name, value)
        assert len(errors) == 1, (name, value, errors)
        assert words in errors[0].message
        assert errors[0].path[: 1 + len(place)] == (name, *place)


def test_operators_made_of_it_have_the_same_rules() -> None:
    for operator in PODS:
        assert said(operator, "3.3", "volumes", [{"name": "data"}])
        assert said(operator, "3.3", "tolerations", [{"tolerationSeconds": 5}]) == []


def test_a_field_that_a_newer_kubernetes_may_have_is_a_warning() -> None:
    known = lookup("KubernetesPodOperator", "3.3", {})
    assert isinstance(known, Operator)
    call = OperatorCall(arguments={"security_context": {"zebra": 1}}, more=True)
    (finding,) = check_call(known, call)
    assert finding.level is CallLevel.WARNING


def test_the_arguments_of_an_object_have_the_names_of_python() -> None:
    mount = "kubernetes.client.models.V1VolumeMount"
    assert not list(object_findings(mount, {"name": "a", "mount_path": "/a"}))
    first, *rest = object_findings(mount, {"name": "a", "mountPath": "/a"})
    assert (first.path, first.hint, rest) == (("mountPath",), "write `mount_path`", [])
    (missing,) = object_findings("kubernetes.client.V1EnvVar", {"value": "x"})
    assert missing.message == "`V1EnvVar` needs `name`"
    pod = "kubernetes.client.models.V1Pod"
    (merged,) = object_findings(pod, {"spec": {"containers": [{"name": "base"}]}})
    assert "V1PodSpec" in str(merged.hint)
    assert not list(object_findings("kubernetes.client.models.V1Job", {"anything": 1}))


def problems(*lines: str) -> list[tuple[str, int | None]]:
    text = ["dag_name: Orders", "tasks:", "  - task_id: a", "    bash_command: 'true'", *lines]
    result = check_spec("\n".join(text).encode(), origin="orders.yaml")
    return [(diagnostic.code, diagnostic.line) for diagnostic in result.diagnostics]


def test_the_pod_of_any_task_is_made_of_objects() -> None:
    found = problems("    executor_config: {pod_override: {spec: {}}}")
    assert found == [(Code.WRONG_KIND, 5)]
    found = problems("    executor_config: {KubernetesExecutor: {image: x}}")
    assert found == [(Code.WRONG_KIND, 5)]
    found = problems(
        "    executor_config:",
        "      pod_override:",
        "        $new: kubernetes.client.models.V1Pod",
        "        with: {metadata: {$new: kubernetes.client.models.V1ObjectMeta,",
        "          with: {lables: {a: b}}}}",
    )
    assert found == [(Code.UNKNOWN_PARAMETER, 9)]


@pytest.mark.parametrize(
    ("name", "model", "given", "level"),
    [
        ("env_from", "V1ConfigMapEnvSource", {"name": "a"}, "error"),
        ("image_pull_secrets", "V1ConfigMapEnvSource", {"name": "a"}, None),
        ("image_pull_secrets", "V1EnvVar", {"name": "a", "value": "b"}, "warning"),
        ("env_vars", "V1ConfigMapEnvSource", {"optional": True}, "error"),
        ("security_context", "V1SecurityContext", {"run_as_user": 1}, None),
        (
            "security_context",
            "V1SecurityContext",
            {"run_as_user": 1, "privileged": True},
            "warning",
        ),
        ("security_context", "V1SecurityContext", {"privileged": True}, "error"),
        ("security_context", "V1SecurityContext", {}, "error"),
        ("init_containers", "V1EphemeralContainer", {"image": "a"}, "error"),
        ("volumes", "V1PersistentVolumeClaimTemplate", {"name": "a"}, "error"),
    ],
)
def test_an_object_of_another_model_is_right_where_its_fields_are(
    name: str, model: str, given: dict[str, Any], level: str | None
) -> None:
    known = lookup("KubernetesPodOperator", "3.3", {})
    assert isinstance(known, Operator)
    value: Any = {"$new": f"kubernetes.client.models.{model}", "with": given}
    is_list = name != "security_context"
    call = OperatorCall(arguments={name: [value] if is_list else value}, more=True)
    levels = [finding.level.value for finding in check_call(known, call)]
    assert levels == ([level] if level else [])


def test_a_warning_names_the_fields_that_the_cluster_leaves_out() -> None:
    (finding,) = object_findings(
        "kubernetes.client.models.V1PodSpec",
        {
            "containers": [],
            "security_context": {
                "$new": "kubernetes.client.models.V1SecurityContext",
                "with": {"run_as_user": 1, "privileged": True, "proc_mount": None},
            },
        },
    )
    assert finding.level is CallLevel.WARNING
    assert finding.message.endswith(
        "not `V1SecurityContext`: Kubernetes does not read `privileged` of it"
    )
