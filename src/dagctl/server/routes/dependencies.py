"""What endpoints are given: the service, the caller, the body, parameters."""

from __future__ import annotations

from collections.abc import AsyncIterator  # noqa: TC003 - read at run time
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID, uuid4

from fastapi import Depends, Header, Path, Query, Request, Security
from fastapi.security import HTTPBearer
from pydantic import BeforeValidator
from pydantic_core import PydanticKnownError

from dagctl.bootstrap import Caller
from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern
from dagctl.server.body import Body, check_no_body, read_body
from dagctl.server.refusals import RequestError
from dagctl.server.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.client import Client
    from dagctl.commands.operate import OperationResult
    from dagctl.operation.options import Expected

T = TypeVar("T")

BEARER = HTTPBearer(
    bearerFormat="JWT", auto_error=False, description="An access token of the Supabase project."
)
MOST = 1000
"""How many DAGs a page may have."""


async def service_of(request: Request) -> Service:
    """Return the service of the application; not in a thread, as that takes longer than it."""
    service: Service = request.app.state.service
    return service


async def caller_of(request: Request, service: Annotated[Service, Depends(service_of)]) -> Caller:
    """Return who calls, and let the log know."""
    address = "" if request.client is None else request.client.host
    caller = await service.admit(request.headers, address)
    request.state.user_id = caller.user_id
    described = request.app.openapi()["paths"][request.scope["route"].path][request.method.lower()]
    if request.method not in {"GET", "HEAD"} and "requestBody" not in described:
        await check_no_body(request, seconds=service.seconds_left())  # it may hold parameters
    _check_names(request, described)
    return caller


def _check_names(request: Request, described: Mapping[str, Any]) -> None:
    """Check that no parameter in the request would be passed over.

    Raises:
        RequestError: A parameter of the query is none; it or a header is given twice where one
            counts.
    """
    parameters = described.get("parameters", ())
    headers = [each["name"] for each in parameters if each["in"] == "header"]
    for name in (*headers, "Content-Type"):
        if len(request.headers.getlist(name)) > 1:
            raise RequestError(f"header `{name}`: is given more than once", hint="give it once")
    known = {each["name"]: each for each in parameters if each["in"] == "query"}
    for name in request.query_params:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else "see /openapi.json"
            raise RequestError(f"query `{name[:100]}`: there is no such parameter", hint=hint)
        if len(request.query_params.getlist(name)) > 1 and not _is_list(known[name]):
            raise RequestError(f"query `{name}`: is given more than once", hint="give it once")


def _is_list(parameter: Mapping[str, Any]) -> bool:
    schema = parameter["schema"]
    return any(each.get("type") == "array" for each in (schema, *schema.get("anyOf", ())))


async def body_of(
    request: Request,
    service: Annotated[Service, Depends(service_of)],
    caller: Annotated[Caller, Depends(caller_of)],
) -> AsyncIterator[Body]:
    """Yield the body of one who was let in, and let go of it when all is answered."""
    limit = service.options.body_limit
    with service.room.share(caller.user_id) as take:
        yield await read_body(request, take, limit=limit, seconds=service.seconds_left())


TheService = Annotated[Service, Depends(service_of)]
TheCaller = Annotated[Caller, Depends(caller_of)]
TheBody = Annotated[Body, Depends(body_of)]
TOKEN = Security(BEARER)

ENVIRONMENT = r"^[A-Za-z_][A-Za-z0-9_-]{0,99}$"
"""The name of an environment."""

ProjectId = Annotated[UUID, Query(description="The project.")]
Environment = Annotated[
    str | None,
    Query(
        alias="env",
        description="The environment whose variables count for the spec: of `dagctl.toml` in the "
        "workspace that the server has of the project. Default: none, or `DAGCTL_ENV` of the "
        "server.",
        pattern=ENVIRONMENT,
    ),
]
ID = r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$"
TEXT = r"^[^\x00]*$"
"""What PostgreSQL can hold."""

_NUMBER = lazy_pattern(r"-?(?:0|[1-9][0-9]*)")


def _written_plainly(value: object) -> object:
    """Return a number of a request as it is, if it is written as JSON writes it.

    Raises:
        PydanticKnownError: It is not, as `01`, `+1` or `1_0`: one thing would have many addresses.
    """
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise PydanticKnownError("int_parsing")
    return value


_PLAIN = BeforeValidator(_written_plainly)
"""Stands after the bounds of a number: before them, its JSON schema would not have them."""

DagId = Annotated[str, Path(description="The DAG.", pattern=ID, max_length=250)]
UserId = Annotated[UUID | None, Query(description="Only DAGs that this user created.")]
Owner = Annotated[
    str | None, Query(description="Only DAGs of this owner.", pattern=TEXT, max_length=500)
]
Tag = Annotated[
    str | None, Query(description="Only DAGs with this tag.", pattern=TEXT, max_length=100)
]
Limit = Annotated[int, Query(description="How many DAGs a page has.", ge=1, le=MOST), _PLAIN]
Cursor = Annotated[
    str | None, Query(description="`next_cursor` of the page before.", pattern=ID, max_length=250)
]
VersionNumber = Annotated[int, Path(description="The version.", ge=1, le=10**9), _PLAIN]
ToVersion = Annotated[
    int | None,
    Query(
        description="The version whose spec comes back. Default: the newest one with another spec.",
        ge=1,
        le=10**9,
    ),
    _PLAIN,
]
FromVersion = Annotated[
    int | None,
    Query(
        alias="from",
        description="The older version. Default: the one before `to`.",
        ge=1,
        le=10**9,
    ),
    _PLAIN,
]
UntilVersion = Annotated[
    int | None,
    Query(alias="to", description="The newer version. Default: the newest.", ge=1, le=10**9),
    _PLAIN,
]
VersionLimit = Annotated[
    int, Query(description="How many versions a page has.", ge=1, le=200), _PLAIN
]
Before = Annotated[
    int | None,
    Query(description="`next_before` of the page before.", ge=1, le=10**9),
    _PLAIN,
]
A_TAG = r'(W/)?"[!#-~\x80-\xff]*"'
"""An entity tag (RFC 9110, 8.8.3)."""
TAGS = lazy_pattern(r'(W/)?"([!#-~\x80-\xff]*)"')
OF_A_DAG = lazy_pattern("[1-9][0-9]{0,8}")
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The version of the DAG that was read, as in the `ETag` of "
        '`GET /dags/{dag_id}`, such as `"3"`. If it has another one by now, nothing is changed, '
        "and the answer is 412, with what was changed since. `*` stands for any version. With "
        "`POST /create-dag` it goes with `if_exists=update`. An update that sends none is answered "
        "with 428.",
        pattern=rf"^(\*|[\t ,]*{A_TAG}([\t ]*,[\t ,]*{A_TAG})*[\t ,]*)$",
    ),
]
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", include_in_schema=False)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="The same key gives the result of the first request that had it, and makes "
        "nothing new: send one, and a request whose answer was lost can be sent again.",
        pattern="^[!-~]{1,200}$",
    ),
]


@frozen
class InProject:
    """A project, as the caller may use it."""

    service: Service
    caller: Caller
    project_id: str

    async def read(self, work: Callable[[Client], T]) -> T:
        """Return what `work` reads, as `Service.read`."""
        return await self.service.read(self.project_id, self.caller, work)

    async def change(self, work: Callable[[Client], T]) -> T:
        """Return what `work` changes, as `Service.change`."""
        return await self.service.change(self.project_id, self.caller, work)


@frozen
class Update:
    """What the headers say of a change."""

    expected: Expected | None
    """The version that `If-Match` names."""
    key: str
    """The key of the request; of one without a key a new one."""


async def in_project(service: TheService, caller: TheCaller, project_id: ProjectId) -> InProject:
    """Return the project that the query names."""
    return InProject(service, caller, str(project_id))


async def key_of(caller: TheCaller, idempotency_key: IdempotencyKey = None) -> str:
    """Return the key of a request, which no other caller can have; without one, a new one."""
    return f"{caller.user_id}/{idempotency_key or uuid4()}"


async def update_of(
    key: TheKey, if_match: IfMatch = None, if_none_match: IfNoneMatch = None
) -> Update:
    """Return what the headers say of a change.

    Raises:
        RequestError: `If-None-Match` goes with reads.
    """
    if if_none_match is not None:
        raise RequestError(
            "header `If-None-Match` goes with a GET",
            hint="send `If-Match` with the version that is changed",
        )
    return Update(_expected_of(if_match), key)


TheProject = Annotated[InProject, Depends(in_project)]
TheKey = Annotated[str, Depends(key_of)]
TheUpdate = Annotated[Update, Depends(update_of)]


def _expected_of(if_match: str | None) -> Expected | None:
    """Return the version that `If-Match` names, or all of a list (RFC 9110, 13.1.1).

    A weak tag fits nothing, as one does that is no `ETag` of a DAG.
    """
    if if_match is None:
        return None
    if if_match.strip() == "*":
        return "any"
    strong = {text for weak, text in TAGS.findall(if_match) if not weak}
    versions = {int(text) for text in strong if OF_A_DAG.fullmatch(text)}
    return versions.pop() if len(versions) == 1 else frozenset(versions)


def etag_of(version: int) -> str:
    """Return the `ETag` of a DAG that has this version."""
    return f'"{version}"'


def replayed(result: OperationResult) -> dict[str, str]:
    """Return the header that says that an earlier request has done it."""
    return {"Idempotent-Replayed": "true"} if result.replayed else {}
