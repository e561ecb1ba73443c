"""What the values of a DAG file are, beside data: DAGs, tasks, names, functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dagctl.convert.outcome.report import Report
from dagctl.frozen import frozen

if TYPE_CHECKING:
    import ast
    from datetime import datetime

    from dagctl.convert.outcome.report import Place
    from dagctl.convert.python_file.state.parse_read import ParseRead
    from dagctl.convert.python_file.state.scope import Scope


@frozen
class Name:
    """Something that the file imports, by its import path."""

    path: str


@frozen
class Late:
    """A value that Airflow knows when the task runs: the template that gives it."""

    template: str
    is_early: bool = True
    """Whether Python knows it when it reads the file: then a template says something new."""
    is_text: bool = True
    """Whether Python has a text there; else the template alone would give another kind of value."""
    read: Made | None = field(default=None, compare=False)
    """The call that reads it at each parse, where it is that and nothing more."""
    now: str | None = field(default=None, compare=False)
    """What Python has there today, where it is counted from today."""
    given: Given | None = field(default=None, compare=False)
    """What Python has there, where the caller of the conversion knows it."""
    of_param: bool = field(default=False, compare=False)
    """Whether a parameter of the function of the DAG is in it, which Python has as an object."""


@frozen(eq=False)
class Given:
    """A value that the caller of the conversion gave, or a default, and where the file reads it."""

    value: Any
    reads: tuple[ParseRead, ...]

    @property
    def is_default(self) -> bool:
        """Whether a default is in it, which an Airflow may set otherwise."""
        return any(read.is_default for read in self.reads)

    def used(self) -> Any:  # noqa: ANN401 - any value of Python
        """Return the value; the report will say that it was taken."""
        for read in self.reads:
            read.is_used = True
        return self.value


def settled(value: Any) -> Any:  # noqa: ANN401 - any value of Python
    """Return what Python has in the place of a value that is read, where that is known."""
    is_known = isinstance(value, Late | Made) and value.given is not None
    return value.given.used() if is_known else value


@frozen
class Moment:
    """A point in time, with the zone that stands beside it."""

    moment: datetime
    zone: str | None = None
    frozen: bool = False
    """Whether it was counted from today."""
    form: str = "datetime"
    """`datetime` and `date` are Python's without a zone; anything else is `aware`."""
    now: str | None = None
    """What gives one that is counted from today when a task runs, in a template."""
    read: Made | None = field(default=None, compare=False)
    """The call that gives one that is counted from today, at each parse."""


@frozen
class Connected:
    """A connection that the file reads, by its id."""

    conn_id: str
    read: Made = field(compare=False)
    """The call that reads it at each parse."""


@frozen
class Zone:
    """A time zone by its name."""

    name: str
    is_odd: bool = False
    """Whether it is another zone as a `tzinfo`: pytz has the oldest offset, dateutil no name."""


@frozen
class File:
    """A file of the project itself: `__file__`. Only its name is known."""

    name: str
    is_of_dag: bool = False
    """Whether it is the DAG file, beside which others may lie."""


@dataclass(eq=False, slots=True)
class Opened:
    """A file that is read: its text, and its path from the folder of the DAG file."""

    text: str
    path: str
    is_at_end: bool = False
    """Whether it was read already: what is read then is empty."""
    is_bytes: bool = False
    """Whether the file gets bytes: readers of JSON and YAML take them as they take a text."""


@frozen
class Opaque:
    """What is known only when Python runs the file: why, and where."""

    why: str
    place: Place
    is_lost: bool = False
    """Whether it stands for all that is in a list, or in a mapping."""


@dataclass(eq=False, slots=True)
class Made:
    """What a call of something imported gives."""

    target: Name
    args: list[Any]
    kwargs: dict[str, Any]
    place: Place
    is_used: bool = False
    """Whether a spec has it."""
    given: Given | None = None
    """What Python has there, where it reads the environment and that is known."""
    depth: int = 0
    """How many operators stand in one another in it."""
    is_calm: bool = False
    """Whether working it out cannot fail, and does nothing."""
    is_old: bool = False
    """Whether the file changes later what the object may hold."""


@dataclass(eq=False, slots=True)
class Condition:
    """Assets that are joined by `&` or `|`."""

    word: str
    """`all` or `any`."""
    members: list[Any]


@dataclass(eq=False, slots=True)
class Function:
    """A function of the file."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    place: Place
    strange: str | None = None
    """A decorator that is none of Airflow's."""
    under: Name | Made | None = None
    """That decorator, if it is imported and the only one."""
    defaults: dict[str, Any] = field(default_factory=dict)
    is_late: bool = False
    """Whether a call of it runs nothing of it: it is `async`, or a generator."""

    @property
    def name(self) -> str:
        """Return the name of the function."""
        return getattr(self.node, "name", "run")

    @property
    def is_followed(self) -> bool:
        """Whether a call of it is gone through."""
        return not self.is_late and self.strange is None


@dataclass(eq=False, slots=True)
class LocalClass:
    """A class of the file."""

    node: ast.ClassDef
    scope: Scope
    names: Scope
    """What stands in its body: Python works it out where it meets the class."""


@frozen
class EnumMember:
    """A member of an enumeration of the project."""

    name: str
    value: Any
    is_data: bool
    """Whether it is a text or a number itself."""
    owner: LocalClass


@dataclass(eq=False, slots=True)
class Decorator:
    """One of Airflow's decorators, with what it was called with."""

    kind: str
    """`dag`, `task_group`, `setup`, `teardown`, `task`, `task.branch`, and so on."""
    kwargs: dict[str, Any]
    places: dict[str, Place]


@dataclass(eq=False, slots=True)
class Decorated:
    """A function under one of Airflow's decorators."""

    function: Function
    decorator: Decorator
    setup: bool = False
    teardown: bool = False


@dataclass(eq=False, slots=True)
class Partial:
    """An operator or a decorated function with some of its arguments."""

    callee: Any
    kwargs: dict[str, Any]
    places: dict[str, Place]
    kind: LocalClass | None = None
    """The class of the file that the operator is."""


@dataclass(eq=False, slots=True)
class Bound:
    """A method of a value."""

    owner: Any
    name: str


@dataclass(eq=False, slots=True)
class Container:
    """What holds tasks and groups: the DAG, or a group."""

    place: Place
    kwargs: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    children: list[Any] = field(default_factory=list)
    upstream: dict[Any, str] = field(default_factory=dict)
    """What it depends on, in the order of the file, with the texts at the edges, or `""`."""


@dataclass(eq=False, slots=True)
class Dag(Container):
    """A DAG of the file."""

    dag_id: str = ""
    report: Report = field(default_factory=Report)
    ids: set[str] = field(default_factory=set)
    """The full ids of its tasks and groups."""
    numbers: dict[str, int] = field(default_factory=dict)
    """How many times each id was taken by a decorated function."""
    is_old: bool = False
    """Whether its `default_args` were changed after one of its tasks was made."""


@dataclass(eq=False, slots=True)
class TaskGroup(Container):
    """A task group."""

    group_id: str = ""
    parent: Any = None
    mapped: dict[str, Any] | None = None
    """What it is mapped over; `expand_kwargs` has the key `**`."""
    given: dict[str, Any] = field(default_factory=dict)
    """The arguments of a mapped group that have one value each, or those of its maker."""
    maker: str = ""
    """What makes another group, or tasks, in it at each parse: its import path."""
    args: list[Any] = field(default_factory=list)
    """What the maker is called with by place."""
    is_bare: bool = False
    """Whether no group is around what the maker makes: it stands for what that returns."""


@dataclass(eq=False, slots=True)
class Task:
    """A task of the file."""

    place: Place
    task_id: str
    parent: Any
    callee: Any
    """The operator's import path as a `Name`, or the function as `Decorated`."""
    kwargs: dict[str, Any]
    """The arguments of the operator, or of the decorator."""
    places: dict[str, Place]
    given: dict[str, Any] = field(default_factory=dict)
    """What the decorated function is called with."""
    mapped: dict[str, Any] | None = None
    """What it is mapped over; `expand_kwargs` has the key `**`."""
    upstream: dict[Any, str] = field(default_factory=dict)
    setup: bool = False
    teardown: bool = False
    tears_down: list[Task] = field(default_factory=list)
    fails_run: bool = False
    is_old: bool = False
    """Whether the file changed a list later that the task got, of which it may have a copy."""
    is_outside: bool = False
    """Whether it was made before it had a DAG, whose `default_args` it does not have then."""


@frozen
class Output:
    """What a task returns, or pushes under a key."""

    task: Task
    key: str | None = None


@dataclass(eq=False, slots=True)
class Joined:
    """Outputs that `zip` or `concat` joins."""

    marker: str
    parts: list[Any]
    beside: dict[str, Any]
    """What fills up the shorter ones, if anything does."""


@dataclass(eq=False, slots=True)
class Each:
    """What `map` makes of an output: a function is called for each of its values."""

    output: Any
    function: Any


@frozen
class Argument:
    """An argument of a mapped group."""

    name: str


@dataclass(eq=False, slots=True)
class Label:
    """A text between the ends of edges."""

    text: str
    before: list[Any] = field(default_factory=list)
    after: list[Any] = field(default_factory=list)


def is_bare(value: object) -> bool:
    """Return whether a value stands for what a function of another module returns."""
    return isinstance(value, TaskGroup) and value.is_bare


def dag_of(item: Task | TaskGroup | Dag | None) -> Dag | None:
    """Return the DAG that something belongs to."""
    while item is not None and not isinstance(item, Dag):
        item = item.parent
    return item


def prefix_of(container: Any) -> str:  # noqa: ANN401 - a Dag, a TaskGroup or None
    """Return what Airflow puts before the ids of what stands in a container."""
    if not isinstance(container, TaskGroup) or container.kwargs.get("prefix_group_id") is False:
        return ""
    return f"{full_id(container)}."


def full_id(item: Task | TaskGroup) -> str:
    """Return the id that Airflow knows a task or a group by."""
    own = item.task_id if isinstance(item, Task) else item.group_id
    return prefix_of(item.parent) + own


def spec_path(item: Task | TaskGroup) -> tuple[str, ...]:
    """Return the groups around something and its own id, as a spec names it."""
    own = item.task_id if isinstance(item, Task) else item.group_id
    return (*(spec_path(item.parent) if isinstance(item.parent, TaskGroup) else ()), own)
