"""What the catalogue says of values of pods, and what the real operator builds of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.operators.pod_values import pod_findings
from tests.airflow.conftest import ROOT, Airflow
from tests.unit.operators.pod_cases import RIGHT, WRONG

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = ROOT / ".venv-operators"
READ = {"affinity", "tolerations", "pod_template_dict"}
"""Parameters whose mappings the client makes objects of: it leaves out what it does not know."""
FULL: dict[str, Any] = {
    "spec": {
        "containers": [
            {
                "name": "base",
                "image": "x",
                "tty": True,
                "ports": [{"containerPort": 80, "name": "web"}],
                "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
                "livenessProbe": {"httpGet": {"path": "/", "port": "web"}, "periodSeconds": 5},
                "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                "securityContext": {"capabilities": {"add": ["SYS_TIME"]}, "runAsUser": 1},
            }
        ],
        "volumes": [
            {"name": "data", "emptyDir": {"sizeLimit": "1Gi"}},
            {"name": "all", "projected": {"sources": [{"configMap": {"name": "c"}}]}},
        ],
        "tolerations": [{"key": "a", "operator": "Exists", "tolerationSeconds": 1}],
        "nodeSelector": {"disk": "ssd"},
        "hostAliases": [{"ip": "10.0.0.1", "hostnames": ["db"]}],
    },
    "metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}},
}


def mutations(value: Any) -> list[Any]:  # noqa: ANN401 - any JSON
    """Return copies of a value, each with one key misspelt, one left out, or one value changed."""
    copies: list[Any] = []
    if isinstance(value, dict):
        for key, item in value.items():
            rest = {k: v for k, v in value.items() if k != key}
            copies += [rest, rest | {f"{key}_x": item}, rest | {key.upper(): item}]
            copies += [rest | {key: other} for other in ("text", 7, ["a"], {"b": 1}, True)]
            copies += [rest | {key: inner} for inner in mutations(item)]
    elif isinstance(value, list):
        for index, item in enumerate(value):
            copies += [[*value[:index], m, *value[index + 1 :]] for m in mutations(item)]
    return copies


def holds(pod: Any, value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Return whether all of a mapping is in the pod that was made of it."""
    if isinstance(value, dict):
        return isinstance(pod, dict) and all(holds(pod.get(k), v) for k, v in value.items())
    if isinstance(value, list):
        return isinstance(pod, list) and all(map(holds, pod, value))
    return str(pod) == str(value)


@pytest.mark.sweep
def test_the_real_operator_builds_what_has_no_finding_and_nothing_else(tmp_path: Path) -> None:
    if not (ENVIRONMENT / ".stamp").exists():
        pytest.skip("`make operators-check` sets the environment up")
    planted = [("pod_template_dict", copy) for copy in mutations(FULL)]
    cases = [*RIGHT, *((name, value) for name, value, *_ in WRONG), *planted]
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(cases), "utf-8")
    answers = Airflow("3", tmp_path, ENVIRONMENT.name).ask("pods.py", str(path))

    wrong = []
    for (name, value), answer in zip(cases, answers, strict=True):
        messages = [finding.message for finding in pod_findings(name, value)]
        fine = not messages
        refused = "failed" in answer
        if name in READ and not refused:
            refused = not holds(answer["read"], value)
        # the client hands on a list where a number belongs: only the cluster refuses it
        late = any("takes a whole number, not a " in message for message in messages)
        if fine == refused and (fine or name in READ) and not late and "{{" not in str(value):
            wrong.append((name, value, answer.get("failed"), messages))
    assert len(cases) > 400
    assert wrong == []
