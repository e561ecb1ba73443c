"""The URI of an asset is one that Airflow keeps as it is; the hint has the one that it keeps."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult
from zipfile import ZipFile

import pytest

from dagctl.findings.codes import Code
from dagctl.spec.fields.asset_name import asset_problems
from dagctl.spec.fields.asset_schemes import form_of_parts, wanted_form
from dagctl.spec.load import check_spec

if TYPE_CHECKING:
    from collections.abc import Callable

WHEELS = Path(__file__).parents[4] / ".wheels"

KEPT = [
    *("orders", "a b#c", "warehouse://orders", "s3://bucket/key/", "s3://b/k?a=1&b=2", "C:/data"),
    *("x-own://a?b#c", "file:///data/a.csv", "a:b"),
]
CHANGED = [
    ("s3://bucket/key#part", "s3://bucket/key"),
    ("s3://bucket/key?b=2&a=1", "s3://bucket/key?a=1&b=2"),
    ("warehouse://orders?latest", "warehouse://orders/"),
    ("S3://bucket/key", "s3://bucket/key"),
]


@pytest.mark.parametrize("uri", KEPT)
def test_a_uri_that_airflow_keeps_is_taken(uri: str) -> None:
    if uri == "C:/data":  # the scheme of it would be `c`
        assert [item.code for item in asset_problems(uri)] == [Code.BAD_ASSET]
    else:
        assert list(asset_problems(uri)) == []


@pytest.mark.parametrize(("uri", "kept"), CHANGED)
def test_another_one_is_refused_with_what_airflow_keeps(uri: str, kept: str) -> None:
    [problem] = asset_problems(uri)

    assert problem.code == Code.BAD_ASSET
    assert problem.message == f"Airflow keeps another URI: `{kept}`"


REFUSED = [
    *("postgres://x", "postgresql://host/shop/orders", "s3:bucket/key"),
    *("bigquery://project/table", "snowflake://account/db/schema", "kafka://host", "hive://h/t"),
    *("mysql://host:port/db/table", "mssql://host/table", "postgres:orders", "trino://h/c/s"),
    *("redshift://h/d/s/t/more", "mongodb://h/collection", "databricks://h", "oracle://h/s"),
]
TAKEN = [
    *("postgres://host:5432/shop/public/orders", "bigquery://project/shop/orders", "gs://bucket"),
    *("kafka://host:9092/orders", "mssql://h/instance/db/dbo/t", "mysql://host/shop/orders"),
    *("ftp://host", "hdfs://node/a/b", "sftp://host:22/a", "s3://bucket", "file:///a", "file://a"),
]


PLACES = {
    "schedule: {{assets: ['{}']}}": 4,
    "schedule:\n  any:\n    - all: [a]\n    - '{}'": 7,
    "default_args: {{outlets: [{{$asset: '{}'}}]}}": 4,
}


@pytest.mark.parametrize("uri", REFUSED)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("airflow", "severity"), [("2.11", "warning"), ("3", "error")])
def test_a_uri_that_the_provider_of_its_scheme_refuses_is_an_error_on_3_and_a_warning_on_2(
    uri: str, place: str, airflow: str, severity: str
) -> None:
    head = "dag_name: a\ntasks:\n  - {task_id: a, bash_command: echo}\n"
    [item] = check_spec(head + place.format(uri), airflow=airflow).diagnostics

    assert (item.code, item.severity, item.line) == (Code.BAD_ASSET, severity, PLACES[place])
    assert f"write `{uri.partition(':')[0]}://" in str(item.hint)


@pytest.mark.parametrize("uri", ["postgres://warehouse#orders", "s3:bucket?b=1&a=2", "gs:///key"])
def test_a_uri_of_another_form_that_airflow_2_keeps_otherwise_is_an_error(uri: str) -> None:
    head = "dag_name: a\ntasks:\n  - {task_id: a, bash_command: echo}\n"
    [item] = check_spec(f"{head}schedule: {{assets: ['{uri}']}}", airflow="2.11").diagnostics

    assert (item.code, item.severity) == (Code.BAD_ASSET, "error")
    assert "keeps another URI" in item.message


@pytest.mark.parametrize("uri", TAKEN)
def test_a_uri_of_the_form_that_the_provider_asks_for_is_taken(uri: str) -> None:
    assert list(asset_problems(uri)) == []
    assert wanted_form(uri) is None


@pytest.mark.sweep
def test_the_rules_are_those_of_the_providers() -> None:
    """Every `sanitize_uri` of the wheels that the catalogue is made of, on generated URIs."""
    rules = dict(real_rules())
    if not rules:
        pytest.skip("`make operators` downloads the wheels")
    chance = random.Random(9)
    netlocs = ("", "host", "host:1", "host:", "host:x", "host:99999")
    names = ("", "a", "b c", "a.b", "/")
    for scheme, netloc, count in product(rules, netlocs, range(6)):
        for _ in range(4):
            path = "".join("/" + chance.choice(names) for _ in range(count)).rstrip("/") or "/"
            parts = SplitResult(scheme, netloc, path, "", "")
            try:
                rules[scheme](parts)
            except ValueError:
                assert form_of_parts(parts), parts
            else:
                assert not form_of_parts(parts), parts
    assert len(rules) >= 22


def real_rules() -> Any:  # noqa: ANN401 - pairs of a scheme and a function
    """Yield each scheme with the function of its provider."""
    for path in sorted(WHEELS.glob("apache_airflow_providers_*.whl")):
        with ZipFile(path) as wheel:
            sources = [n for n in wheel.namelist() if "/assets/" in n and n.endswith(".py")]
            for name in sources:
                text = wheel.read(name).decode()
                if "def sanitize_uri" in text:
                    start = text.index("def sanitize_uri")
                    end = text.find("\ndef ", start)
                    space: dict[str, Callable[[SplitResult], SplitResult]] = {}
                    code = "from __future__ import annotations\n"
                    exec(code + text[start : end if end > 0 else None], space)
                    stem = name.rpartition("/")[2].removesuffix(".py")
                    for scheme in SCHEMES.get(stem, (stem,)):
                        yield scheme, space["sanitize_uri"]


SCHEMES = {
    "gcs": ("gs",),
    "mysql": ("mysql", "mariadb"),
    "mongo": ("mongodb",),
    "postgres": ("postgres", "postgresql"),
}
"""Schemes of a module that is called otherwise."""
