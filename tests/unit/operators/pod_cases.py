"""Values for parameters of KubernetesPodOperator, and whether a pod can be built of them.

Each was tried on the real operator (`tests/airflow/test_pods.py` does it again): a right one gives
the pod that it says, a wrong one fails when it loads, when the pod is built, or in the cluster, or
something of it is not in the pod.
"""

from __future__ import annotations

from typing import Any

_TERM = {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_MODELS = "kubernetes.client.models"

RIGHT: list[tuple[str, Any]] = [
    ("container_resources", {"limits": {"cpu": 1, "memory": "1Gi", "nvidia.com/gpu": 1}}),
    ("container_resources", {"$new": f"{_MODELS}.V1ResourceRequirements", "with": {}}),
    ("env_vars", {"A": "b", "EMPTY": None, "DAY": "{{ ds }}"}),
    ("env_vars", [{"name": "A", "value": "b"}]),
    ("env_vars", [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}]),
    ("env_from", [{"configMapRef": {"name": "x"}}, {"prefix": "A_", "secretRef": {"name": "y"}}]),
    ("affinity", {"nodeAffinity": {_PREFERRED: [{"weight": "1", "preference": _TERM}]}}),
    ("affinity", {}),
    ("tolerations", [{"key": 1, "operator": "Exists", "tolerationSeconds": 5}]),
    ("security_context", {"runAsUser": 1000, "sysctls": [{"name": "a", "value": "1"}]}),
    ("container_security_context", {"capabilities": {"add": ["NET_ADMIN"]}}),
    ("image_pull_secrets", "one,two"),
    ("image_pull_secrets", [{"name": "one"}]),
    ("init_containers", [{"name": "x", "image": "y", "resources": {"limits": {"cpu": 0.5}}}]),
    ("host_aliases", [{"ip": "10.0.0.1", "hostnames": ["db"]}]),
    ("dns_config", {"nameservers": ["1.1.1.1"], "options": [{"name": "ndots", "value": "2"}]}),
    ("node_selector", {"disk": "ssd"}),
    ("labels", {"team_name": "data"}),
    ("pod_template_dict", {"spec": {"containers": [{"name": "base", "image": "x"}]}}),
    ("volumes", [{"$new": f"{_MODELS}.V1Volume", "with": {"name": "data"}}]),
    ("volumes", "{{ params.volumes }}"),
]

WRONG: list[tuple[str, Any, tuple[str | int, ...], str]] = [
    ("container_resources", {"request_memory": "1Gi"}, ("request_memory",), "no field"),
    ("container_resources", {"limit": {"cpu": 1}}, ("limit",), "no field"),
    ("container_resources", {"limits": ["cpu"]}, ("limits",), "takes a mapping"),
    ("env_vars", {"PORT": 8080}, ("PORT",), "takes text"),
    ("env_vars", {"DEBUG": True}, ("DEBUG",), "takes text"),
    ("env_vars", [{"A": "b"}], (0,), "needs `name`"),
    ("env_vars", "A=b", (), "takes a mapping"),
    ("env_from", [{"config_map_ref": {"name": "x"}}], (0, "config_map_ref"), "no field"),
    ("env_from", {"configMapRef": {"name": "x"}}, (), "takes a list"),
    ("affinity", {"node_affinity": {}}, ("node_affinity",), "no field"),
    (
        "affinity",
        {"nodeAffinity": {_PREFERRED: [{"weight": 1}]}},
        ("nodeAffinity", _PREFERRED, 0),
        "needs `preference`",
    ),
    (
        "affinity",
        {"nodeAffinity": {"$new": f"{_MODELS}.V1NodeAffinity"}},
        ("nodeAffinity",),
        "cannot stand in a mapping",
    ),
    ("tolerations", {"key": "a"}, (), "takes a list"),
    ("tolerations", [{"toleration_seconds": 1}], (0, "toleration_seconds"), "no field"),
    ("tolerations", [{"tolerationSeconds": "soon"}], (0, "tolerationSeconds"), "a whole number"),
    ("security_context", {"runAsNonRoot": "yes"}, ("runAsNonRoot",), "takes true or false"),
    ("container_security_context", {"run_as_user": 1}, ("run_as_user",), "no field"),
    ("image_pull_secrets", ["one"], (0,), "takes a mapping"),
    ("init_containers", [{"image": "x"}], (0,), "needs `name`"),
    ("host_aliases", [{"hostnames": ["db"]}], (0,), "needs `ip`"),
    ("dns_config", ["1.1.1.1"], (), "takes a mapping"),
    ("node_selector", {"size": 1}, ("size",), "takes text"),
    ("labels", {"a": True}, ("a",), "takes text"),
    ("labels", ["a"], (), "takes a mapping"),
    ("pod_template_dict", {"spec": {}}, ("spec",), "needs `containers`"),
    ("pod_template_dict", {"spec": {"containers": [{"name": "a", "tty": "no"}]}}, (), "true or"),
    ("volumes", [{"name": "data", "emptyDir": {}}], (0,), "takes objects"),
    ("volumes", [{"$new": f"{_MODELS}.V1VolumeMount"}], (0,), "`V1Volume`"),
    ("volume_mounts", [{"name": "data", "mountPath": "/data"}], (0,), "takes objects"),
    ("ports", [{"containerPort": 80}], (0,), "takes objects"),
    ("full_pod_spec", {"spec": {"containers": []}}, (), "takes objects"),
    ("secrets", [{"deploy_type": "env", "secret": "x"}], (0,), "takes objects"),
    ("secrets", ["x"], (0,), "takes objects"),
    ("pod_runtime_info_envs", [{"name": "A"}], (0,), "takes objects"),
]
"""Parameter, value, the place of the first mistake (empty: anywhere), words of the message."""
