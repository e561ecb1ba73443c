"""Files beside the DAG file: what `__file__` leads to, and what stands in them.

A path is seen from the folder of the DAG file, which Airflow gives to templates as `dag.folder`.
A file is read where the caller lets it be read; what stands in it is data, and is never run.
"""

from __future__ import annotations

import fnmatch
import json
import posixpath
from io import StringIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from dagctl.convert.foreign_yaml.reader import plain_data
from dagctl.convert.outcome.report import Place
from dagctl.convert.python_file.state.items import File, Late, Made, Name, Opened
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.values.home import name_at_home
from dagctl.errors import SpecError
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Mapping, Sequence

    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.machine import Machine

FOLDER = "{{ dag.folder }}"
_NOWHERE = Place("", 1)
_PATH = lazy_pattern(r"\{\{ dag\.folder(?:\.rsplit\('/', (\d{1,2})\)\[0\])? \}\}(?:/([^{}\n]*))?")
_HIGHEST = 20
_LONGEST = 1_000
_OPENERS = frozenset({"builtins.open", "io.open", "codecs.open"})
_MODES = frozenset({"r", "rt", "rb"})
_OPENED_WITH = frozenset({"file", "mode", "encoding"})
_ENCODINGS = frozenset({"utf-8", "utf8", "utf-8-sig"})
_SAME = frozenset({"resolve", "absolute", "as_posix", "expanduser", "__str__", "__fspath__"})
_TEXTS = frozenset({"as_posix", "__str__", "__fspath__"})
METHODS = _SAME | {"joinpath", "read_text", "open", "with_name", "with_suffix"}
"""The methods of paths that are followed."""


def seen(path: object) -> tuple[int, str] | None:
    """Return how many folders above that of the DAG file a path begins, and what follows it."""
    match = _PATH.fullmatch(path.template) if isinstance(path, Late) else None
    return None if match is None else (int(match[1] or 0), match[2] or "")


def _path(up: int, tail: str, *, is_object: bool) -> Late | None:
    """Return a path with its dots resolved; None: it begins too high."""
    slash = "/" if tail.endswith("/") and not is_object else ""
    tail = posixpath.normpath(tail) if tail else ""
    parts = [part for part in tail.split("/") if part not in {"", "."}]
    while parts and parts[0] == "..":
        up, parts = up + 1, parts[1:]
    if up > _HIGHEST or len(tail) > _LONGEST or "{" in tail:
        return None
    start = FOLDER if not up else f"{{{{ dag.folder.rsplit('/', {up})[0] }}}}"
    read = _made("operator.getitem", _made("builtins.globals"), "__file__")
    for _ in range(up + 1):
        read = _made("os.path.dirname", read)
    if parts:
        read = _made("os.path.join", read, "/".join(parts) + slash)
    return Late("/".join([start, *parts]) + slash, read=_made(_OBJECT, read) if is_object else read)


def _made(path: str, *args: object) -> Made:
    return Made(Name(path), [*args], {}, _NOWHERE)


_OBJECT = "pathlib.Path"
_CLASSES = frozenset({_OBJECT, "pathlib.PurePath", "pathlib.PurePosixPath", "pathlib.PosixPath"})


def is_object(path: object) -> bool:
    """Return whether a path is one of `pathlib`, and no text."""
    read = path.read if isinstance(path, Late) else None
    return read is not None and read.target.path == _OBJECT and isinstance(path, Late)


def as_text(path: Late) -> Late:
    """Return the text of a path."""
    place = seen(path)
    return path if place is None else _path(*place, is_object=False) or path


def written(value: object) -> PurePosixPath | None:
    """Return a path of `pathlib` that the file writes out, as `Path("/data") / "in"`; or None."""
    is_path = isinstance(value, Made) and value.target.path in _CLASSES
    if not isinstance(value, Made) or not is_path or value.kwargs or value.is_old:
        return None
    parts: list[Any] = [item if isinstance(item, str) else written(item) for item in value.args]
    path = PurePosixPath(*(part for part in parts if part is not None))
    return None if None in parts or len(str(path)) > _LONGEST else path


def text_or_self(value: object) -> Any:  # noqa: ANN401 - any value of Python
    """Return the text of a path that the file writes out; anything else as it is."""
    path = written(value)
    return value if path is None else str(path)


def _written_below(first: object, others: Sequence[object], place: Place) -> Made | None:
    """Return a path below one that the file writes out; None: it is not known."""
    path = written(first)
    names = [text_or_self(other) for other in others]
    if path is None or not all(isinstance(name, str) for name in names):
        return None
    return Made(Name(_OBJECT), [str(path.joinpath(*names))], {}, place)


def _of_written(machine: Machine, path: PurePosixPath, name: str, made: Call) -> Any:  # noqa: ANN401
    """Return what a method of a path gives that the file writes out; None: it is not followed."""
    place = machine.place(made.node)
    if name in _TEXTS and not made.args:
        return str(path)
    if name == "joinpath":
        return _written_below(Made(Name(_OBJECT), [str(path)], {}, place), made.args, place)
    if name in {"with_name", "with_suffix"} and len(made.args) == 1:
        try:
            return Made(Name(_OBJECT), [str(getattr(path, name)(made.args[0]))], {}, place)
        except (TypeError, ValueError):
            return None
    return None


def below(machine: Machine, node: ast.AST, first: object, other: object) -> Any:  # noqa: ANN401
    """Return what `first / other` is, if it is a path; None: it is not known."""
    return join(first, [other]) or _written_below(first, [other], machine.place(node))


def join(
    first: object, others: Sequence[object], *, is_of_objects: bool | None = None
) -> Late | str | None:
    """Return a path below another, of its kind if nothing else is said; None: it is not known."""
    place = seen(first)
    if place is None or not all(isinstance(other, str) for other in others):
        return None
    tail = posixpath.join(place[1], *map(str, others)) if others else place[1]
    tail = tail or "." if not others or others[-1] else f"{tail or '.'}/"
    kind = is_object(first) if is_of_objects is None else is_of_objects
    return tail if tail.startswith("/") else _path(place[0], tail, is_object=kind)


def parent(path: object, *, is_of_objects: bool) -> Late | None:
    """Return the folder of a path; None where it is not known."""
    if isinstance(path, File):
        return _path(0, "", is_object=is_of_objects) if path.is_of_dag else None
    place = seen(path)
    if place is None:
        return None
    return _path(place[0], posixpath.join(place[1], ".."), is_object=is_of_objects)


def attribute(owner: Late | File | Made, name: str) -> Any:  # noqa: ANN401
    """Return what a path says of itself; None: nothing that is known."""
    own = written(owner)
    if own is not None and isinstance(owner, Made):
        folder = Made(Name(_OBJECT), [str(own.parent)], {}, owner.place)
        return {"name": own.name, "stem": own.stem, "suffix": own.suffix, "parent": folder}.get(
            name
        )
    if name == "parent":
        return parent(owner, is_of_objects=True)
    if name == "parents":
        above: list[Any] = [parent(owner, is_of_objects=True)]
        while above[-1] is not None and len(above) < 6:  # noqa: PLR2004 - as high as a DAG file lies
            above.append(parent(above[-1], is_of_objects=True))
        return [path for path in above if path is not None] or None
    place = seen(owner)
    text = owner.name if isinstance(owner, File) else place[1] if place else ""
    path = PurePosixPath(text)
    known = {"stem": path.stem, "name": path.name, "suffix": path.suffix}
    return known.get(name) or None


def method(machine: Machine, owner: object, name: str, made: Call) -> Any:  # noqa: ANN401
    """Return what a method of a path, or of a file, gives; None: it is none that is followed."""
    if isinstance(owner, Opened):
        is_text = not owner.is_bytes or name == "close"
        return _of_file(owner, name) if is_text and not made.args else None
    path = written(owner)
    if path is not None:
        return _of_written(machine, path, name, made)
    is_path = isinstance(owner, Late) and seen(owner) is not None
    if name in _SAME and (is_path or isinstance(owner, File)):
        return as_text(owner) if name in _TEXTS and isinstance(owner, Late) else owner
    if name in {"with_name", "with_suffix"} and isinstance(owner, Late | File):
        return _sibling(owner, name, made.args)
    if name == "joinpath":
        return join(owner, made.args)
    return _read_of(machine, owner, name, made) if is_path else None


def _read_of(machine: Machine, path: object, name: str, made: Call) -> Any:  # noqa: ANN401
    """Return what `open`, `read_text`, `glob` and so on of a path give; None: it is not known."""
    if name in {"iterdir", "glob"}:
        is_usual = not any(isinstance(arg, str) and arg.endswith("/") for arg in made.args)
        return _listed(machine, join(path, made.args), made, name) if is_usual else None
    if name == "open":
        return _opened(machine, path, made, made.args)
    if name != "read_text" or len(made.args) > 1:
        return None
    made.kwargs |= dict(zip(("encoding",), made.args, strict=False))
    opened = _opened(machine, path, made, [])
    return opened.text if opened else None


def _of_file(owner: Opened, name: str) -> Any:  # noqa: ANN401
    """Return what a method of a file that is read gives; None: it is none that is followed."""
    if name == "close":
        return False
    if owner.is_at_end or name not in {"read", "readlines"}:
        return None
    owner.is_at_end = True
    return owner.text if name == "read" else StringIO(owner.text).readlines()


def _sibling(owner: Late | File, name: str, args: Sequence[object]) -> Late | str | None:
    """Return a path beside another; None where it is not known."""
    own = attribute(owner, "stem") if name == "with_suffix" else ""
    if own is None or len(args) != 1 or not isinstance(args[0], str):
        return None
    return join(parent(owner, is_of_objects=True), [own + args[0]])


def call(machine: Machine, path: str, made: Call) -> Any:  # noqa: ANN401
    """Return what a function for paths or files gives; None: it is none that is followed."""
    first = made.args[0] if made.args else made.kwargs.get("file")
    if path in _OPENERS:
        opened = _opened(machine, first, made, made.args[1:])
        return opened or machine.opaque(made.node, f"what `{words(made.node)}` reads is not known")
    if path in _READERS:
        return _read(machine, path, first, made)
    if isinstance(first, File) and len(made.args) == 1 and path in _OF_PATHS:
        return _of_the_file(first, path)
    if path in {"os.path.join", "os.fspath"} and any(map(written, made.args)):
        names = [text_or_self(part) for part in made.args]
        return posixpath.join(*names) if all(isinstance(name, str) for name in names) else None
    if seen(first) is None or path not in _OF_PATHS:
        return _listed(machine, first, made, path) if path in _LISTERS else None
    return _OF_PATHS[path](first, made.args[1:])


def _of_the_file(file: File, path: str) -> Any:  # noqa: ANN401
    """Return what a function for paths gives of `__file__`."""
    if path == "os.path.basename":
        return attribute(file, "name")
    return parent(file, is_of_objects=False) if path == "os.path.dirname" else file


def _of_texts(path: Late, others: Sequence[object]) -> Late | str | None:
    return join(path, others, is_of_objects=False)


def _of_objects(path: Late, others: Sequence[object]) -> Late | str | None:
    return join(path, others, is_of_objects=True)


_OF_PATHS: Mapping[str, Callable[[Any, Sequence[object]], Any]] = {
    "os.path.join": _of_texts,
    "pathlib.Path": _of_objects,
    "pathlib.PurePath": _of_objects,
    "pathlib.PurePosixPath": _of_objects,
    "os.path.dirname": lambda path, _: parent(path, is_of_objects=False),
    "os.path.abspath": lambda path, _: as_text(path),
    "os.path.realpath": lambda path, _: as_text(path),
    "os.path.normpath": lambda path, _: as_text(path),
    "os.fspath": lambda path, _: as_text(path),
    "os.path.basename": lambda path, _: attribute(path, "name"),
}
_LOADERS = frozenset(
    f"yaml.{name}" for name in ("SafeLoader", "CSafeLoader", "FullLoader", "CFullLoader", "Loader")
)
_READERS = ("json.load", "yaml.safe_load", "yaml.load", "yaml.full_load")


def _opened(machine: Machine, path: object, made: Call, modes: Sequence[object]) -> Opened | None:
    """Return a file that is read; None where it is not known, or written."""
    mode = made.kwargs.get("mode", modes[0] if modes else "r")
    others = made.kwargs.keys() - (_OPENED_WITH if mode != "rb" else {"file", "mode"})
    if len(modes) > 1 or others:
        return None
    encoding = made.kwargs.get("encoding", "utf-8")
    if not isinstance(mode, str) or mode not in _MODES:
        return None
    if not isinstance(encoding, str) or encoding.lower() not in _ENCODINGS:
        return None
    place, name = machine.place(made.node), _name(path)
    if name is None:
        name = name_at_home(machine.modules.files.home, text_or_self(path))
        text = None if name is None else machine.text_beside(name)
    else:
        text = machine.text_beside(name, place)
    if name is None or text is None:
        return None
    machine.charge(len(text) // 256)
    why = "its text is what the file holds now; Airflow read it at each parse"
    if _name(path) is None:
        why = f"{why}. The folder that has `dags` was taken for the one that Airflow runs in"
        machine.report.assumed(place, name, why)
    else:
        machine.report.changed(place, name, why)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Opened(text, name, is_bytes=mode == "rb")


def _name(path: object) -> str | None:
    """Return a path from the folder of the DAG file; None: it is not known."""
    place = seen(path)
    return None if place is None else posixpath.normpath("../" * place[0] + (place[1] or "."))


_LISTERS = frozenset({"os.listdir", "glob.glob", "glob.iglob"})
_LISTED_WITH = {"os.listdir": 1, "glob.glob": 1, "glob.iglob": 1, "glob": 1, "iterdir": 0}


def _listed(machine: Machine, path: object, made: Call, how: str) -> Any:  # noqa: ANN401
    """Return the files of a folder as they are now, in the order of their names; or None.

    Args:
        machine: Reads the file.
        path: The folder, or the pattern in the last part of the path.
        made: The call.
        how: What lists it: a function, or `iterdir` and `glob` of a path.
    """
    name, pattern = _name(path), "*"
    if isinstance(path, Late) and path.template.endswith("/"):
        return None  # a pattern of folders
    if name is not None and "glob" in how:
        name, pattern = posixpath.split(name)
    is_usual = len(made.args) == _LISTED_WITH[how] and not made.kwargs
    if not is_usual or name is None or not _PLAIN_PATTERN.fullmatch(pattern) or _MAGIC.search(name):
        return None
    listed = machine.modules.files.names(name or ".")
    machine.charge(_COST_OF_NONE if listed is None else len(listed))
    names = fnmatch.filter(listed or (), pattern)
    if how.startswith("glob.") and not pattern.startswith("."):
        names = [each for each in names if not each.startswith(".")]
    folder = parent(path, is_of_objects=how == "glob") if "glob" in how else path
    those = names if how == "os.listdir" else [join(folder, [each]) for each in names]
    if listed is None or not all(those):
        return None  # a name that would be a template
    why = "its files are those of now, in the order of their names; Airflow looked at each parse"
    machine.report.changed(machine.place(made.node), name or ".", why)
    return those if how in {"os.listdir", "glob.glob"} else machine.lazy(those, (), is_once=True)


_COST_OF_NONE = 500
"""What it may cost to see that a folder has too many files."""
_MAGIC = lazy_pattern(r"[*?\[]")
_PLAIN_PATTERN = lazy_pattern(r"(?:[\w.\- ]|\*(?!\*))+")


def _is_usual(path: str, made: Call) -> bool:
    """Return whether a reader is called so that it gives what each reader of its kind gives."""
    loaders = [*made.args[1:], *(made.kwargs[name] for name in made.kwargs.keys() & {"Loader"})]
    if made.kwargs.keys() - {"Loader"} or len(loaders) > (path == "yaml.load"):
        return False
    return all(isinstance(loader, Name) and loader.path in _LOADERS for loader in loaders)


def _read(machine: Machine, path: str, given: object, made: Call) -> Any:  # noqa: ANN401
    """Return the data that a file or a text of JSON or YAML holds."""
    text = _of_file(given, "read") if isinstance(given, Opened) else given
    if not isinstance(text, str) or not _is_usual(path, made):
        return machine.opaque(made.node, f"what `{words(made.node)}` reads is not known")
    machine.charge(len(text) // (16 if path.startswith("json.") else 4))  # YAML takes its time
    try:
        return json.loads(text) if path.startswith("json.") else plain_data(text)
    except (SpecError, ValueError, RecursionError):
        return machine.opaque(made.node, f"`{words(made.node)}` cannot be read")
