"""Connections and variables that a DAG file reads, as the templates that read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.state.items import Connected, Given, Late, Made, Name

if TYPE_CHECKING:
    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.machine import Machine

READERS = (".BaseHook.get_connection", ".Connection.get_connection_from_secrets", ".Connection.get")
"""The ends of the import paths of what reads a connection by its id."""
_TEXTS = frozenset({"host", "login", "password", "schema", "conn_type", "description", "extra"})
_OTHERS = frozenset({"port", "extra_dejson"})
_JSON = ("{{ var.json.", "{{ conn.")


_HOOK = {"2": "airflow.hooks.base.BaseHook", "3": "airflow.sdk.BaseHook"}


def connected(machine: Machine, conn_id: str, made: Call) -> Connected:
    """Return a connection, with the call that reads it in the Airflow that is meant."""
    path = f"{_HOOK[machine.target[0]]}.get_connection"
    read = Made(Name(path), [], {"conn_id": conn_id}, machine.place(made.node))
    return Connected(conn_id, read)


def is_plain(conn_id: str) -> bool:
    """Return whether an id can stand in a template as it is."""
    return bool(conn_id) and all(sign.isalnum() or sign in "_-." for sign in conn_id)


def _read(connection: Connected) -> str:
    conn_id = connection.conn_id
    return f"conn.{conn_id}" if conn_id.isidentifier() else f"conn.get({conn_id!r})"


def field(connection: Connected, name: str) -> Late | None:
    """Return the template that reads a field of a connection, or None: it has no such field."""
    if name not in _TEXTS | _OTHERS:
        return None
    read = Made(Name("builtins.getattr"), [connection.read, name], {}, connection.read.place)
    return Late(f"{{{{ {_read(connection)}.{name} }}}}", is_text=name in _TEXTS, read=read)


def inner(owner: Late, path: str, key: object, default: object = None) -> Late | None:
    """Return the template of an item of a mapping that a template reads, or None: it is none.

    What kind of value stands there is not known; it is most often a text.
    """
    is_item = owner.read is not None and owner.read.target.path == "operator.getitem"
    is_whole = not owner.is_text and ".port " not in owner.template
    if not owner.template.startswith(_JSON) or not (is_whole or is_item):
        return None
    whole, given = owner.given, None
    if whole is not None and isinstance(whole.value, dict):
        given = Given(whole.value.get(key, default), whole.reads)
    read = None
    if owner.read is not None and path.startswith("["):
        read = Made(Name("operator.getitem"), [owner.read, key], {}, owner.read.place)
    return Late(f"{owner.template.removesuffix(' }}')}{path} }}}}", read=read, given=given)


def method(machine: Machine, owner: Connected | Late, name: str, made: Call) -> Any:  # noqa: ANN401
    """Return what a method of a connection, or of a mapping that is read, gives."""
    known: Late | None = None
    if isinstance(owner, Connected):
        if name == "get_uri" and not made.args and not made.kwargs:
            known = Late(f"{{{{ {_read(owner)}.get_uri() }}}}")
    elif name == "get" and not made.kwargs and 0 < len(made.args) <= 2:  # noqa: PLR2004 - key, default
        plain = all(isinstance(arg, str | int | bool | None) for arg in made.args)
        arguments = ", ".join(map(repr, made.args))
        if plain and "}}" not in arguments:
            known = inner(owner, f".get({arguments})", *made.args)
    if known is None:
        return machine.only_python(made.node)
    return known
