"""Small wheels of an Airflow and of a provider, made here, in the forms that the real ones have."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from catalogue_builder.lock import Lock, Target
from catalogue_builder.tree import Tree
from catalogue_builder.wheels import digest_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BASE = """
    class BaseOperator:
        template_fields = ()

        def __init__(self, task_id: str, owner: str = "airflow", retries: int | None = 0,
                     pool: str | None = None, **kwargs):
            pass
"""
SENSOR = """
    from airflow.sdk.bases.operator import BaseOperator

    class BaseSensorOperator(BaseOperator):
        def __init__(self, *, poke_interval: timedelta | float = 60, mode: str = "poke", **kwargs):
            super().__init__(**kwargs)
"""
DAG = '''
    import attrs

    @attrs.define
    class DAG:
        """A DAG.

        :param dag_id: Its name.
        """

        count: ClassVar[int] = 0
        dag_id: str = attrs.field(kw_only=False)
        schedule: str | None = attrs.field(default=None)
        tags: set[str] = attrs.field(factory=set)
        params: dict = attrs.field()
        state: str = attrs.field(init=False)

        @params.default
        def _params(self): ...
'''
GROUP = """
    import attrs

    @attrs.define(repr=False)
    class TaskGroup:
        _group_id: str | None = attrs.field()
        tooltip: str = attrs.field(default="")
"""
CORE = {
    "airflow/__init__.py": "",
    "airflow/sdk/__init__.py": """
        __lazy_imports = {"BaseOperator": ".bases.operator", "DAG": ".definitions.dag"}
    """,
    "airflow/sdk/bases/__init__.py": "",
    "airflow/sdk/bases/operator.py": BASE,
    "airflow/sdk/bases/sensor.py": SENSOR,
    "airflow/sdk/definitions/__init__.py": "",
    "airflow/sdk/definitions/dag.py": DAG,
    "airflow/sdk/definitions/taskgroup.py": GROUP,
    "airflow/operators/__init__.py": """
        add_deprecated_classes(
            {"move": {"MoveOperator": "airflow.providers.acme.operators.move.MoveOperator"}},
            package=__name__,
        )
    """,
}
COPY = '''
    from airflow.sdk import BaseOperator

    class MoveOperator(BaseOperator):
        """Moves a file.

        It takes a while.

        :param source: Where the file is, as :class:`~acme.Path`.
        :param target: Where it goes.
        """

        template_fields: Sequence[str] = ("source", "target")

        def __init__(self, *, source: str, target: str | Sequence[str], wait: bool = True,
                     **kwargs):
            super().__init__(**kwargs)
'''
NEWER = COPY.replace(
    "wait: bool = True", 'wait: bool = True, mode: Literal["copy", "move"] = "move"'
)
PROVIDER = {
    "airflow/providers/acme/__init__.py": "",
    "airflow/providers/acme/get_provider_info.py": """
        def get_provider_info():
            return {"package-name": "apache-airflow-providers-acme", "task-decorators": []}
    """,
    "airflow/providers/acme/operators/__init__.py": "",
}


def tree(files: Mapping[str, str], airflow: str = "3.1.0") -> Tree:
    """Return a tree of the small Airflow and some more files."""
    return Tree({path: dedent(text) for path, text in (CORE | dict(files)).items()}, airflow)


def provider(module: str) -> dict[str, str]:
    """Return the files of the provider, with the source of its one module of operators."""
    return PROVIDER | {"airflow/providers/acme/operators/move.py": module}


@pytest.fixture
def lock(tmp_path: Path) -> Lock:
    """Return a lock of two Airflows and two versions of a provider; the wheels are beside it."""
    wheels = {
        "apache-airflow-core==3.0.0": CORE,
        "apache-airflow-core==3.1.0": CORE,
        "apache-airflow-providers-acme==1.0.0": provider(COPY),
        "apache-airflow-providers-acme==1.1.0": provider(NEWER),
    }
    digests = {name: digest_of(_wheel(tmp_path, name, files)) for name, files in wheels.items()}
    targets = tuple(
        Target(name, f"{name}.0", {"apache-airflow-core": f"{name}.0"}) for name in ("3.0", "3.1")
    )
    versions = {"3.0": "1.0.0", "3.1": "1.1.0"}
    return Lock(targets, {"apache-airflow-providers-acme": versions}, digests)


def _wheel(folder: Path, key: str, files: Mapping[str, str]) -> Path:
    name, _, version = key.partition("==")
    stem = f"{name.replace('-', '_')}-{version}"
    path = folder / f"{stem}-py3-none-any.whl"
    with ZipFile(path, "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, dedent(text))
        wheel.writestr(f"{stem}.dist-info/METADATA", f"Name: {name}\nVersion: {version}\n")
        wheel.writestr(f"{stem}.dist-info/licenses/LICENSE", "Apache License\n")
        wheel.writestr(f"{stem}.dist-info/licenses/NOTICE", "Apache Airflow\n")
    return path
