"""An Airflow of the user's, in a process of its own: it reads DAG files, which runs their code."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from dagctl.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS = 300
_RUNNER = Path(__file__).with_name("report_dags.py")
_SHOWN = 2_000
"""Characters of what the process has printed that an error repeats."""
_HIDDEN = "DAGCTL_"
"""What the names of variables begin with that the process does not get."""


def serialised(python: str, files: Mapping[str, bytes], folder: Path) -> dict[str, Any]:
    """Return what the Airflow of a Python makes of DAG files, by their names.

    Args:
        python: The program.
        files: The contents of the files by their paths, each read in a folder of its own.
        folder: The folder of the DAGs, which their code may import from.

    Raises:
        UsageError: There is no such program.
        UnavailableError: It cannot read DAG files, or takes too long.
    """
    with TemporaryDirectory(prefix="dagctl-airflow-") as home:
        paths = {name: Path(home, f"file{number}", name) for number, name in enumerate(files)}
        for name, path in paths.items():
            path.parent.mkdir(parents=True)
            path.write_bytes(files[name])
        target = Path(home, "report.json")
        command = [python, str(_RUNNER), str(target), *map(str, paths.values())]
        done = _run(command, _environment(home, folder))
        if done.returncode or not target.is_file():
            said = done.stdout.decode(errors="replace").strip()[-_SHOWN:]
            raise UnavailableError(
                f"{python} cannot read the DAG files: {said or 'it says nothing'}",
                hint="name the Python of an environment with Airflow",
            )
        report = json.loads(target.read_text("utf-8"))
    return {name: report[str(path)] for name, path in paths.items()}


def _run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - the user names the program
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_SECONDS,
            check=False,
        )
    except OSError as error:
        raise UsageError(
            f"cannot run {command[0]}: {error.strerror}",
            hint="name the Python of an environment with Airflow",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise UnavailableError(
            f"{command[0]} needs more than {_SECONDS} s to read the DAG files",
            hint="run the command again, or without --airflow-python",
        ) from error


def _environment(home: str, folder: Path) -> dict[str, str]:
    """Return the variables of the process: none of dagctl's, and an Airflow without a database."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_HIDDEN)}
    return kept | {
        "AIRFLOW_HOME": home,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(folder), kept.get("PYTHONPATH")])),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
