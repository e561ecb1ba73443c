"""How a spec names operators and notifiers that another file names by their import paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator, Unresolved

if TYPE_CHECKING:
    from dagctl.convert.outcome.report import Place, Report

SUCCESSORS = {
    "AWSAthenaOperator": "AthenaOperator",
    "AwsBatchOperator": "BatchOperator",
    "AwsGlueCrawlerOperator": "GlueCrawlerOperator",
    "AwsGlueJobOperator": "GlueJobOperator",
    "AwsLambdaInvokeFunctionOperator": "LambdaInvokeFunctionOperator",
    "BigQueryToCloudStorageOperator": "BigQueryToGCSOperator",
    "CheckOperator": "SQLCheckOperator",
    "DummyOperator": "EmptyOperator",
    "ECSOperator": "EcsRunTaskOperator",
    "FileToGoogleCloudStorageOperator": "LocalFilesystemToGCSOperator",
    "GKEPodOperator": "GKEStartPodOperator",
    "GoogleCloudStorageToBigQueryOperator": "GCSToBigQueryOperator",
    "IntervalCheckOperator": "SQLIntervalCheckOperator",
    "MySqlToGoogleCloudStorageOperator": "MySQLToGCSOperator",
    "PostgresToGoogleCloudStorageOperator": "PostgresToGCSOperator",
    "S3ToRedshiftTransfer": "S3ToRedshiftOperator",
    "SimpleHttpOperator": "HttpOperator",
    "ThresholdCheckOperator": "SQLThresholdCheckOperator",
    "ValueCheckOperator": "SQLValueCheckOperator",
}
"""Classes that are gone, and the one that is the same under another name.

What was renamed of their arguments too is an error at the spec, and so a gap.
"""
_PACKAGE = 3
"""Parts of an import path that name a provider, or the first part of its name."""


def renamed_operator(path: str, target: str) -> Operator | Unresolved:
    """Return the operator at a path, by its new name where it has another one now."""
    known = lookup(path, target)
    if not isinstance(known, Unresolved):
        return known
    word = path.rpartition(".")[2]
    successor = SUCCESSORS.get(word)
    moved = lookup(successor or word, target)
    if successor:
        return moved
    package = path.split(".")[:_PACKAGE]
    is_moved = isinstance(moved, Operator) and moved.path.split(".")[:_PACKAGE] == package
    return moved if is_moved and package[:2] == ["airflow", "providers"] else known


def operator_name(path: str, target: str, report: Report, place: Place) -> str:
    """Return the class where the catalogue knows it by that alone, else the path.

    What Airflow has at another place now, and what it does not have, is reported.
    """
    if not path.startswith("airflow."):
        return path
    class_name = path.rpartition(".")[2]
    class_name = SUCCESSORS.get(class_name, class_name)
    known = lookup(path, target)
    if isinstance(known, Operator):
        alone = lookup(class_name, target)
        if not isinstance(alone, Operator) or not (
            alone.path == known.path or _is_core(known, alone)
        ):
            return path
        if alone.path != known.path:
            report.changed(place, "operator", f"{path} is {alone.path} on Airflow {target}")
        return class_name
    alone = lookup(class_name, target)
    if isinstance(alone, Unresolved):
        report.gap(place, "operator", f"{path}: {known.message}")
        return path
    report.changed(place, "operator", f"{path} is {alone.path} now")
    return class_name


def _is_core(known: Operator, alone: Operator) -> bool:
    """Return whether an Airflow has a class of the standard provider itself, without it."""
    return (known.provider, alone.provider) == ("standard", "airflow")


def notifier_form(path: str) -> tuple[str, str]:
    """Return whether a path means a `notifier` or a `callable`, and the path to write."""
    module, _, name = path.rpartition(".")
    if ".notifications." not in f"{module}." and not name.endswith("Notifier"):
        return "callable", path
    return "notifier", _class_of(path)


def _class_of(path: str) -> str:
    """Return the notifier that a function such as `send_slack_notification` is another name of."""
    module, _, name = path.rpartition(".")
    middle = name.removeprefix("send_").removesuffix("_notification")
    if not name.startswith("send_") or not name.endswith("_notification"):
        return path
    return f"{module}.{''.join(part.capitalize() for part in middle.split('_'))}Notifier"
