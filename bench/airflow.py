"""A real Airflow 3 with dag-factory beside it, and folders of DAGs for it."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
from typing import TYPE_CHECKING

from bench.forms import FORMS
from bench.place import ROOT, SCRATCH, environment

if TYPE_CHECKING:
    from pathlib import Path

AIRFLOW = ROOT / ".venv-dagfactory"
"""All forms are measured in one environment, with the same Airflow."""
COUNT = 500


def dags(form: str) -> Path:
    """Return a folder with `COUNT` DAGs in that form; it is written once."""
    folder = SCRATCH / f"dags of {form}".replace(" ", "_")
    if not folder.exists():
        folder.mkdir()
        FORMS[form](folder, COUNT)
    return folder


def home(form: str) -> Path:
    """Return a new Airflow home with a migrated database."""
    folder = SCRATCH / f"home of {form}".replace(" ", "_")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(AIRFLOW / "home" / "airflow.db", folder)
    return folder


def variables(folder: Path, home: Path) -> dict[str, str]:
    """Return the environment of an Airflow that reads `folder` and sends no statistics."""
    return environment() | {
        "PATH": f"{AIRFLOW / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "600",
        "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "600",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "DO_NOT_TRACK": "1",
        "SCARF_NO_ANALYTICS": "true",
    }


def serving(home: Path) -> tuple[dict[str, str], int]:
    """Return what lets Airflow's processes work together, and the free port that they use."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    passwords = home / "passwords.json"
    passwords.write_text('{"admin": "admin"}', "utf-8")
    return {
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "1",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__SECRET_KEY": secrets.token_hex(16),
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600",
    }, port
