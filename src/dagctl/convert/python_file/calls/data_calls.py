"""Built-in functions, and methods of texts, lists and mappings."""

from __future__ import annotations

import re
from collections import abc
from datetime import timedelta
from string import Formatter
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.calls.plain import MAX_TEXT, bounded
from dagctl.convert.python_file.state.items import (
    Bound,
    Connected,
    Dag,
    Given,
    Late,
    Made,
    Moment,
    Name,
    Opaque,
    Output,
    Task,
    settled,
)
from dagctl.convert.python_file.state.loop_turns import Lazy, lost_in, turns
from dagctl.convert.python_file.state.named_record import Record
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.values import connections, file_paths, kept, kept_texts, moments
from dagctl.convert.python_file.values.texts import is_wide, rendered, spoken, text_of, weight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.machine import Machine

_TEXT_METHODS = frozenset(
    {
        *("lower", "upper", "title", "capitalize", "strip", "lstrip", "rstrip", "split", "rsplit"),
        *("replace", "startswith", "endswith", "removeprefix", "removesuffix", "isdigit"),
        *("splitlines", "partition", "rpartition", "count", "find", "isidentifier", "swapcase"),
        *("isalnum", "isalpha", "isupper", "islower", "zfill"),
    }
)
_READS = {
    list: frozenset({"index", "count", "copy"}),
    tuple: frozenset({"index", "count"}),
    dict: frozenset({"keys", "values", "items", "get", "copy"}),
}
_VIEWS = frozenset({"keys", "values", "items"})
_ITERATORS = frozenset({"enumerate", "zip", "reversed", "iter"})
_CHANGES = {
    list: frozenset({"append", "clear", "extend", "insert", "pop", "reverse", "remove"}) | {"sort"},
    dict: frozenset({"clear", "update", "setdefault", "pop", "popitem"}),
    set: frozenset({"add", "clear", "discard", "remove", "update"}),
}
_COMPARING = frozenset({"count", "index", "remove"})
_TAKE_TEMPLATES = frozenset(
    {"format", "join", "append", "extend", "insert", "update", "add", "setdefault"}
)
"""Methods whose arguments stay in what they make, where they may be templates."""


def method(machine: Machine, owner: Any, name: str, made: Call) -> Any:  # noqa: ANN401, PLR0911 - one for each kind
    """Return what a method of a value gives."""
    early = made.unknown or _at_each_parse(machine, owner, name, made)
    if early is not None:
        return early
    owner = kept.without_calls(owner)
    made.args = [*map(kept.without_calls, made.args)]
    known = file_paths.method(machine, owner, name, made)
    if known is not None:
        return known
    if isinstance(owner, Moment):
        return moments.method(machine, owner, name, made)
    if isinstance(owner, timedelta) and name == "total_seconds":
        return owner.total_seconds()
    if isinstance(owner, Connected | Late):
        return _of_what_is_read(machine, owner, name, made)
    if name not in _TAKE_TEMPLATES:
        made.args = [*map(settled, made.args)]
    if isinstance(owner, str):
        return _of_text(machine, owner, name, made)
    if any(isinstance(owner, kind) and name in names for kind, names in _READS.items()):
        return _read(machine, owner, name, made)
    is_change = any(isinstance(owner, kind) and name in names for kind, names in _CHANGES.items())
    if is_change and not machine.is_kept(owner):
        return _change(machine, owner, name, made)
    return machine.only_python(made.node)


def _at_each_parse(machine: Machine, owner: object, name: str, made: Call) -> Any:  # noqa: ANN401
    """Return what a method gives at each parse, as its owner or what it gets does; or None."""
    if name in _COMPARING and any(isinstance(each, Record) for each in made.args):
        return machine.opaque(made.node, f"`{words(made.node)}` is known only when Python runs")
    if isinstance(owner, str) and name == "format":
        return kept_texts.by_format(machine, made.node, owner, made.args, made.kwargs)
    return None if made.kwargs else kept_texts.method(machine, made.node, owner, name, made.args)


def _of_what_is_read(machine: Machine, owner: Connected | Late, name: str, made: Call) -> Any:  # noqa: ANN401
    """Return what a method of a connection or a variable gives: a template, or of a given value."""
    read = connections.method(machine, owner, name, made)
    is_known = isinstance(read, Opaque) and isinstance(owner, Late) and owner.given is not None
    return method(machine, settled(owner), name, made) if is_known else read


def _of_text(machine: Machine, owner: str, name: str, made: Call) -> Any:  # noqa: ANN401
    if name == "format":
        return _format(machine, owner, made)
    if name == "join":
        return _join(machine, owner, made)
    plain = all(isinstance(arg, str | int | None | tuple) for arg in made.args)
    if name not in _TEXT_METHODS or not plain or made.kwargs:
        return machine.only_python(made.node)
    size = len(owner) * (1 + len(str(made.args[-1:]))) if name == "replace" else 0
    size = max([size, *(arg for arg in made.args if name == "zfill" and isinstance(arg, int))])
    if size > 16 * MAX_TEXT:
        return machine.opaque(made.node, f"`{words(made.node)}` is too large")
    try:
        return bounded(machine, made.node, getattr(owner, name)(*made.args))
    except (TypeError, ValueError):
        return machine.opaque(made.node, f"`{words(made.node)}` cannot be worked out")


def _format(machine: Machine, owner: str, made: Call) -> Any:  # noqa: ANN401
    """Return a text whose fields are filled, where they are plain names and numbers."""
    made.args = [spoken(arg) for arg in made.args]
    made.kwargs = {key: spoken(value) for key, value in made.kwargs.items()}
    args = [_formattable(arg) for arg in made.args]
    kwargs = {key: _formattable(value) for key, value in made.kwargs.items()}
    known = None not in args and None not in kwargs.values()
    if not known or not _has_plain_fields(owner):
        return machine.only_python(made.node)
    longest = max(map(len, map(str, [*args, *kwargs.values(), ""])))
    if owner.count("{") * longest > MAX_TEXT:
        return machine.opaque(made.node, f"`{words(made.node)}` is too large")
    try:
        text = bounded(machine, made.node, owner.format(*args, **kwargs))
        return rendered(text, _late([*made.args, *made.kwargs.values()]))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return machine.opaque(made.node, f"`{words(made.node)}` cannot be worked out")


def _has_plain_fields(text: str) -> bool:
    """Return whether each field is a name or a number, and asks for no great width."""
    try:
        fields = [field for field in Formatter().parse(text) if field[1] is not None]
    except ValueError:
        return False
    return all(
        re.fullmatch(r"[A-Za-z0-9_]*", name or "")
        and re.fullmatch(r"[^{}]{0,20}", spec or "")
        and not is_wide(spec or "")
        and kind is None
        for _, name, spec, kind in fields
    )


def _late(values: Sequence[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, Late | Output)]


def _formattable(value: object) -> Any:  # noqa: ANN401
    return value if isinstance(value, int | float) else text_of(value)


def _join(machine: Machine, owner: str, made: Call) -> Any:  # noqa: ANN401
    parts = turns(made.args[0]) if made.args else None
    machine.charge(len(parts or ()) // 8)
    texts = [text_of(part) for part in parts] if parts is not None else [None]
    known = [text for text in texts if text is not None]
    if len(known) != len(texts) or sum(map(len, known)) + len(owner) * len(known) > MAX_TEXT:
        return machine.only_python(made.node)
    return rendered(bounded(machine, made.node, owner.join(known)), _late(parts or []))


def _read(machine: Machine, owner: Any, name: str, made: Call) -> Any:  # noqa: ANN401
    machine.charge(len(owner) // 16)
    if any(isinstance(arg, Late | Made | Opaque) for arg in made.args[:1]):
        return machine.only_python(made.node)
    if name == "copy":
        return owner.copy()
    try:
        value = getattr(owner, name)(*made.args, **made.kwargs)
    except (TypeError, ValueError):
        return machine.opaque(made.node, f"`{words(made.node)}` cannot be worked out")
    return machine.lazy(value, [owner], is_once=False) if name in _VIEWS else value


def _change(machine: Machine, owner: Any, name: str, made: Call) -> Any:  # noqa: ANN401
    args = list(made.args)
    if name in {"extend", "update"} and args:
        items = args[0] if isinstance(args[0], dict) else turns(args[0])
        if items is None:
            return machine.opaque(made.node, f"what `{words(made.node)}` adds is not known")
        machine.charge(len(items))
        args[0] = items
    machine.changes.note(owner)
    try:
        value = getattr(owner, name)(*args, **made.kwargs)
    except (TypeError, ValueError, KeyError, IndexError):
        return machine.opaque(made.node, f"`{words(made.node)}` cannot be worked out")
    if len(owner) > MAX_TEXT:
        owner.clear()
        return machine.opaque(made.node, f"`{words(made.node)}` is too large")
    return value


def builtin(machine: Machine, name: str, made: Call) -> Any:  # noqa: ANN401
    """Return what a built-in function gives."""
    if name.startswith("str.") and made.args and not made.unknown:  # `str.upper` of a text
        owner, *made.args = made.args
        return method(machine, owner, name.removeprefix("str."), made)
    is_alone = len(made.args) == 1 and not made.kwargs and not made.unknown
    if is_alone and name == "str":
        made.args = [file_paths.text_or_self(made.args[0])]
    if is_alone and (name in kept.BUILTINS or (name == "str" and _is_call(made.args[0]))):
        at_parse = kept.applied(machine, made.node, f"builtins.{name}", made.args)
        if at_parse is not None:
            return at_parse
    if is_alone and name == "dict" and made.args[0] == Name("os.environ"):
        return Made(Name("builtins.dict"), made.args, {}, machine.place(made.node))
    function = _BUILTINS.get(name)
    if name != "str":
        made.args = [*map(settled, made.args)]
    if made.unknown or function is None or any(isinstance(arg, Opaque) for arg in made.args):
        return machine.only_python(made.node)
    try:
        value = function(*made.args, **made.kwargs)
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        value = None
    if value is None:
        return machine.only_python(made.node)
    value = bounded(machine, made.node, value)
    is_lazy = name in _ITERATORS and isinstance(value, list)
    return machine.lazy(value, made.args, is_once=True) if is_lazy else value


def _is_call(value: object) -> bool:
    """Return whether a call gives a value at each parse, and no template does."""
    return isinstance(value, Made | Bound)


def _items(value: object) -> list[Any]:
    items = turns(value)
    if items is None:
        raise TypeError
    return items


def _text(value: object = "") -> str | Late | None:
    """Return the text of a value; one that is known when the task runs stays what it is."""
    value = spoken(value)
    if isinstance(value, Late):
        return _text_of_read(value)
    text = text_of(value)
    return rendered(text, [value]) if isinstance(value, Output) and text else text


def _text_of_read(value: Late) -> Late:
    """Return the text of what a template gives; at each parse it is that of what is read."""
    if file_paths.is_object(value):
        return file_paths.as_text(value)
    read, given = value.read, value.given
    if read is not None and not value.is_text:
        read = Made(Name("builtins.str"), [read], {}, read.place)
    if given is not None and not isinstance(given.value, str):
        text = text_of(given.value)
        given = None if text is None else Given(text, given.reads)
    return Late(value.template, value.is_early, read=read, now=value.now, given=given)


def _number(value: object = 0) -> int:
    if not isinstance(value, str | int | float) or len(str(value)) > 100:  # noqa: PLR2004
        raise TypeError
    return int(value)


def _numbers(*values: object) -> list[Any]:
    items = _items(values[0]) if len(values) == 1 else list(values)
    if any(not isinstance(item, int | float | str) for item in items):
        raise TypeError
    return items


def _truth(value: object = False) -> bool | None:  # noqa: FBT002 - as `bool`
    if isinstance(value, Lazy) and value.is_once:
        return True  # an iterator, whatever it goes over
    return bool(value) if isinstance(value, str | int | list | dict) else None


def _size(value: object) -> int:
    if isinstance(value, Lazy) and value.is_once:
        raise TypeError  # Python raises it too
    is_counted = isinstance(value, range | str | dict | set) or type(value) in {list, tuple}
    return len(value) if is_counted and lost_in(value) is None else len(_items(value))  # type: ignore[arg-type] # see above


def _sum(value: object) -> Any:  # noqa: ANN401
    return sum(_numbers(value))


def _sorted(value: object, *, reverse: bool = False) -> list[Any]:
    items = _items(value)
    folders = {item.template.rpartition("/")[0] for item in items if file_paths.seen(item)}
    if len(folders) == 1 and all(map(file_paths.seen, items)):  # files of one folder
        return sorted(items, key=lambda item: item.template, reverse=bool(reverse))
    if any(weight(item) is None for item in items):
        raise TypeError
    return sorted(items, reverse=bool(reverse))


def _mapping(value: object = (), **named: object) -> dict[Any, Any]:
    pairs = list(value.items()) if isinstance(value, dict) else _items(value)
    return dict(pairs) | named


def _is_instance(value: object, kinds: object) -> bool:
    """Return whether plain data is of a type, or a kind, or one of several, of Python itself."""
    names = kinds if isinstance(kinds, tuple) else (kinds,)
    known = _TYPES | _KINDS
    types = [known.get(name.path) if isinstance(name, Name) else None for name in names]
    if None in types or type(value) not in (*_TYPES.values(), type(None), timedelta):
        raise TypeError
    return isinstance(value, tuple(filter(None, types)))


def _truths(value: object, *, every: bool) -> bool:
    items = _items(value)
    if weight(items) is None:
        raise TypeError
    return all(items) if every else any(items)


def _has(owner: object, name: object) -> bool:
    """Return whether a DAG has an attribute that a DAG of each Airflow has."""
    if not isinstance(owner, Dag) or name not in _OF_EACH_DAG:
        raise TypeError
    return True


_OF_EACH_DAG = frozenset(
    {
        *("catchup", "dag_id", "default_args", "description", "doc_md", "end_date", "params"),
        *("max_active_runs", "max_active_tasks", "start_date", "tags", "timezone"),
    }
)
_TYPES: dict[str, type] = {
    f"builtins.{kind.__name__}": kind
    for kind in (str, int, float, bool, list, tuple, dict, set, frozenset)
}
_KINDS: dict[str, type] = {
    f"{module}.{kind.__name__}": kind
    for module in ("collections.abc", "typing")
    for kind in (abc.Sequence, abc.Mapping, abc.Iterable, abc.Collection)
}
_BUILTINS: Mapping[str, Callable[..., Any]] = {
    "isinstance": _is_instance,
    "hasattr": _has,
    "range": lambda *args: range(*map(_number, args)),
    "len": _size,
    "enumerate": lambda value, start=0: [*enumerate(_items(value), _number(start))],
    "zip": lambda *values, strict=False: [
        *zip(*map(_items, values), strict=bool(strict) and False)
    ],
    "str": _text,
    "int": _number,
    "float": lambda value=0: float(value) if isinstance(value, int | float | str) else None,
    "bool": _truth,
    "list": lambda value=(): _items(value),
    "tuple": lambda value=(): tuple(_items(value)),
    "set": lambda value=(): set(_items(value)),
    "frozenset": lambda value=(): frozenset(_items(value)),
    "dict": _mapping,
    "sorted": _sorted,
    "reversed": lambda value: _items(value)[::-1],
    "min": lambda *values: min(_numbers(*values)),
    "max": lambda *values: max(_numbers(*values)),
    "sum": _sum,
    "abs": lambda value: abs(value) if isinstance(value, int | float) else None,
    "round": lambda value, digits=None: (
        round(value, digits) if isinstance(value, int | float) else None
    ),
    "any": lambda value: _truths(value, every=False),
    "all": lambda value: _truths(value, every=True),
    "iter": _items,
}

__all__ = ["Late", "Made", "Output", "Task", "builtin", "method"]
