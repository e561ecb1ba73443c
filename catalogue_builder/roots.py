"""The classes of Airflow that say what kind of thing a class is, by their paths on 2 and on 3."""

BASE_OPERATORS = frozenset(
    {"airflow.sdk.bases.operator.BaseOperator", "airflow.models.baseoperator.BaseOperator"}
)
SENSORS = frozenset(
    {
        "airflow.sdk.bases.sensor.BaseSensorOperator",
        "airflow.sensors.base.BaseSensorOperator",
    }
)
BRANCHES = frozenset(
    {
        "airflow.sdk.bases.branch.BranchMixIn",
        "airflow.operators.branch.BranchMixIn",
        "airflow.providers.standard.operators.branch.BranchMixIn",
    }
)
DECORATED = frozenset(
    {"airflow.sdk.bases.decorator.DecoratedOperator", "airflow.decorators.base.DecoratedOperator"}
)
NOTIFIERS = frozenset(
    {
        "airflow.sdk.bases.notifier.BaseNotifier",
        "airflow.notifications.basenotifier.BaseNotifier",
    }
)
PODS = frozenset(
    {
        "airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator",
        "airflow.providers.cncf.kubernetes.operators.kubernetes_pod.KubernetesPodOperator",
    }
)
TASK_GROUPS = ("airflow.sdk.definitions.taskgroup.TaskGroup", "airflow.utils.task_group.TaskGroup")
DAGS = ("airflow.sdk.definitions.dag.DAG", "airflow.models.dag.DAG")

PACKAGES = (
    "airflow.providers",
    "airflow.operators",
    "airflow.sensors",
    "airflow.decorators",
    "airflow.notifications",
    "airflow.sdk.bases",
    "airflow.sdk.definitions",
)
"""Where operators, sensors, decorators and notifiers are."""
