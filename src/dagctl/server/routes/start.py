"""`/` and `/docs`: a page for a person who opens the server in a browser. No token is asked for."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from dagctl import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

router = APIRouter(include_in_schema=False)

HEADERS = {
    # the page has no script, and nothing from elsewhere
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>dagctl</title>
<style>body{{font-family:sans-serif;margin:2em}}td{{padding:.2em 1em .2em 0}}</style>
<h1>dagctl {version}</h1>
<p>This is the HTTP API of dagctl: Airflow DAGs from specs, created, listed and shown.
Every call but those of operations carries <code>Authorization: Bearer &lt;access token&gt;</code>,
unless the server was started for one local user.</p>
<table>
{rows}
</table>
<p><a href="/openapi.json">/openapi.json</a> describes every parameter and answer to programs.</p>
</html>
"""


@router.get("/")
@router.get("/docs")
async def start(request: Request) -> HTMLResponse:
    """Return a page with every endpoint."""
    rows = "\n".join(_rows(request.app.openapi()))
    return HTMLResponse(PAGE.format(version=escape(__version__), rows=rows), headers=HEADERS)


def _rows(document: dict[str, Any]) -> Iterator[str]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            cells = (method.upper(), path, operation["summary"])
            yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
