"""The URI of an asset is one that Airflow keeps as it is; the hint has the one that it keeps."""

from __future__ import annotations

import pytest

from dagctl.spec.codes import Code
from dagctl.spec.fields.asset_name import asset_problems

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
