"""The spec of a DAG file that certifies itself, wherever it is still to be had."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from dagctl.dag_file.header import Provenance, body_of
from dagctl.errors import DagctlError
from dagctl.frozen import frozen
from dagctl.operation.change import digest_of
from dagctl.operation.dags.loading import variants
from dagctl.operation.rendering import rendered
from dagctl.spec.fields.slug import slug
from dagctl.spec.load import check_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dagctl.dag_file.header import Header
    from dagctl.operation.backend import Context
    from dagctl.spec.inputs import Input
    from dagctl.spec.model import DagSpec

_RETRY_DELAY = "5m"
"""What `retry_delay_minutes` is by default, as the converter writes it."""


@frozen
class CertifiedSpec:
    """What is known of the spec of a DAG file."""

    data: Mapping[str, Any]
    """The spec as JSON data, or what can be read of it; empty: nothing."""
    digest: str = ""
    """Its SHA-256 in hex; empty: the data may not be all of it."""
    text: str | None = None
    """The spec as its author wrote it; None: not known."""
    base_name: str | None = None
    """The id that was asked for, before a number was added; None: not known."""
    inputs: tuple[Input, ...] = ()
    """What else it was made of, as far as that is known."""


def certified_spec(  # noqa: PLR0913 - a file, what it says, and where its spec may be
    context: Context,
    dag_id: str,
    path: str,
    content: bytes,
    header: Header,
    *,
    texts: Iterable[bytes] = (),
) -> CertifiedSpec:
    """Return the spec that a DAG file was made of.

    The recorded version of these bytes has it, or the spec file that the header names, or it can be
    read from the code: then it is the spec if the code is made of it to the byte.

    Args:
        context: The ports and the settings.
        dag_id: The id of the DAG.
        path: Where the file is.
        content: The file.
        header: What it says of itself.
        texts: What the spec file has held, besides what it holds now.

    Raises:
        DagctlError: The registry cannot be read.
    """
    recorded = _recorded(context, dag_id, content)
    if recorded is not None:
        return recorded
    spec = next(_named(context, header, texts), None)
    if spec is not None:
        return CertifiedSpec(spec.recorded, spec.digest(), spec.text, spec.dag_id, spec.inputs)
    return _from_code(content, path, context.settings.target, dag_id, header)


def _recorded(context: Context, dag_id: str, content: bytes) -> CertifiedSpec | None:
    """Return the spec of the version that has these bytes, of whichever branch it is."""
    cache = context.backend.cache
    version = cache.version_with(dag_id, digest_of(content)) if cache is not None else None
    if version is None or not version.spec:
        return None
    return CertifiedSpec(
        version.spec,
        version.spec_digest,
        version.spec_text,
        version.base_name,
        version.inputs,
    )


def _named(context: Context, header: Header, texts: Iterable[bytes]) -> Iterator[DagSpec]:
    """Yield the spec of the file that the header names, if the DAG file was made of that.

    It counts in whichever environment it was: `create --env prod` may have made it.
    """
    if header.source is None:
        return
    for text in chain(_standing(context, header.source), texts):
        with suppress(DagctlError):
            specs = variants(context.loader, text, header.source)
            yield from (spec for spec in specs if header.is_of(spec.digest()))


def _standing(context: Context, source: str) -> Iterator[bytes]:
    """Yield what a spec file holds now, if it can be read."""
    try:
        content = context.backend.files.read(source)
    except DagctlError:
        return
    if content is not None:
        yield content


def _from_code(
    content: bytes, path: str, airflow: str, dag_id: str, header: Header
) -> CertifiedSpec:
    """Return the spec that makes this code, or what can be read of it."""
    from dagctl.convert import convert_python

    text, today = content.decode("utf-8", "replace"), datetime.now(UTC).date()
    first = None
    try:
        dags = convert_python(text, path, airflow=airflow, today=today).dags
        for data in _readings(dags[0].data, dag_id, header.title) if dags else ():
            spec = check_data(data, airflow=airflow).spec
            if spec is not None and header.is_of(spec.digest()):
                return _made_of(spec, content, airflow)
            first = first or spec
        return CertifiedSpec({}) if first is None else _made_of(first, content, airflow)
    except DagctlError:
        return CertifiedSpec({})


def _made_of(spec: DagSpec, content: bytes, airflow: str) -> CertifiedSpec:
    """Return the spec, with its digest if it makes this code to the byte."""
    is_whole = body_of(rendered(spec, airflow, Provenance())) == body_of(content)
    return CertifiedSpec(spec.recorded, spec.digest() if is_whole else "")


def _readings(data: Mapping[str, Any], dag_id: str, title: str) -> Iterator[Mapping[str, Any]]:
    """Yield the specs that the code may be of: it does not say its name, nor what is a default."""
    name = {"dag_name": title}
    own = name if slug(title) == dag_id else {**name, "dag_id": dag_id}
    given = dict(data.get("default_args", {}))
    is_default = given.pop("retry_delay", None) == _RETRY_DELAY
    short = {key: value for key, value in data.items() if key != "default_args"}
    short |= {"default_args": given} if given else {}
    for names in (own, name):
        yield from ({**each, **names} for each in ([short, data] if is_default else [data]))
    yield data
