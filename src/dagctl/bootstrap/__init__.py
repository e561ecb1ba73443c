"""The only chooser of adapters. Each is imported and opened when it is first asked for."""

from dagctl.bootstrap.choice import local_dag_ids, open_backend
from dagctl.bootstrap.local import local_user_id
from dagctl.bootstrap.state import (
    airflow_of,
    earlier_files,
    journal_folder,
    merge_texts,
    open_lock,
    open_template_store,
    start_repository,
    take_over_old_state,
)
from dagctl.bootstrap.workspace_backend import Caller, WorkspaceBackend

__all__ = [
    "Caller",
    "WorkspaceBackend",
    "airflow_of",
    "earlier_files",
    "journal_folder",
    "local_dag_ids",
    "local_user_id",
    "merge_texts",
    "open_backend",
    "open_lock",
    "open_template_store",
    "start_repository",
    "take_over_old_state",
]
