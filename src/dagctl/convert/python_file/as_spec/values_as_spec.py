"""Values of a DAG file as those of a spec, with markers for what YAML has no word for."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.state.items import (
    Argument,
    Bound,
    Connected,
    Dag,
    Decorated,
    Each,
    EnumMember,
    Function,
    Given,
    Joined,
    Late,
    Made,
    Moment,
    Name,
    Opaque,
    Output,
    Task,
    TaskGroup,
    full_id,
    spec_path,
)
from dagctl.convert.python_file.values.kept import advice
from dagctl.convert.python_file.values.moments import PARTS, zone_of
from dagctl.convert.python_file.values.texts import weight
from dagctl.patterns import lazy_pattern
from dagctl.spec.checks.taken_literally import TEMPLATE_FILES
from dagctl.spec.fields.durations import duration_text
from dagctl.spec.fields.import_path import is_import_path
from dagctl.spec.fields.markers import markers_in
from dagctl.user_code.python.gone_imports import moved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.convert.outcome.report import Place, Report
    from dagctl.convert.python_file.as_spec.functions import Functions
    from dagctl.target import Target

MAX_VALUES = 20_000
"""Values of one DAG, what stands at several places counted at each."""
MISSING = object()
"""What a value becomes that a spec has no word for."""
CHANGED_LATER = "it may hold a list that the file changes later: make it after that"
_PARAM = lazy_pattern(r"\{\{ params\.\w+ \}\}")
_MOVES = "a date that moves with each parse gives no stable runs"
_ENUMS = ("TriggerRule", "WeightRule", "State", "DagRunState", "TaskInstanceState", "JobState")
_ASSETS = frozenset({"Dataset", "Asset"})
_ALIKE = (
    *("airflow.", "builtins.", "operator.", "os.", "datetime.", "pathlib.", "pendulum."),
    *("functools.", "tempfile.gettempdir"),
)
"""What gives the same at each call of one parse."""
_FRESH = ("uuid.", "random.", "secrets.", "tempfile.", "time.")
"""What gives another value at each call."""
_OBJECTS = frozenset(
    {
        *("executor_config", "inlets", "outlets", "pre_execute", "post_execute", "retry_policy"),
        *("user_defined_filters", "user_defined_macros", "jinja_environment_kwargs"),
        *("template_undefined", "deadline", "access_control"),
    }
)
"""Arguments of DAGs, and of every task, that are objects of Python or have such in them."""
_ANOTHER = "it is another moment at each parse: give a text of it, or read it in the task"
_POSITIONS = {
    "CronTriggerTimetable": ("cron",),
    "CronDataIntervalTimetable": ("cron", "timezone"),
    "DeltaDataIntervalTimetable": ("delta",),
    "DeltaTriggerTimetable": ("delta",),
    "Param": ("default", "description"),
    "Dataset": ("uri",),
    "Asset": ("name", "uri"),
    "AssetAlias": ("name",),
    "DatasetAlias": ("name",),
    "Connection": ("conn_id",),
    "time": ("hour", "minute", "second", "microsecond"),
}


class ValuesAsSpec:
    """Turns the values of one DAG into those of a spec, and reports what it could not keep."""

    def __init__(self, report: Report, target: Target, functions: Functions | None = None) -> None:
        self.report = report
        self.target = target
        self._functions = functions
        self._count = 0
        self._made_of: dict[int, Made] = {}
        """The calls that the spec has, by their identity."""
        self._is_rendered: bool | None = None
        """Whether Airflow renders what is converted; None: it takes no markers either."""
        self._is_frozen = False
        """Whether a text that is counted from today stays that of today."""

    def value(self, value: object, place: Place, subject: str) -> Any:  # noqa: ANN401 - JSON data
        """Return a value of a spec, or `MISSING`, which is reported."""
        self._count += 1
        if self._count > MAX_VALUES:
            return self.missing(place, subject, f"the DAG has more than {MAX_VALUES:,} values")
        if isinstance(value, str | bool | int | float | None):
            return value
        if isinstance(value, list | tuple):
            made = [self.value(item, place, subject) for item in value]
            return [item for item in made if item is not MISSING]
        if isinstance(value, dict):
            return self._mapping(value, place, subject)
        return self._object(value, place, subject)

    def argument(self, value: object, place: Place, key: str) -> Any:  # noqa: ANN401 - JSON data
        """Return what a DAG, or every task, takes under a name, or `MISSING`, which is reported."""
        said = len(self.report.remarks)
        if key == "template_searchpath":
            with self.rendered(really=False):
                return self.value(value, place, key) or MISSING
        made = self.value(value, place, key)
        if key in _OBJECTS or next(markers_in(made, "$new"), None) is None:
            return MISSING if made == [] and value else made  # a list of gaps is not empty
        del self.report.remarks[said:]
        why = "it is worked out at each parse, and a spec has plain data here: write the value"
        return self.missing(place, key, why)

    def missing(self, place: Place, subject: str, why: str) -> Any:  # noqa: ANN401 - a sentinel
        """Report that a value is not in the spec, and return `MISSING`."""
        self.report.gap(place, subject, why)
        return MISSING

    def _mapping(self, value: dict[Any, Any], place: Place, subject: str) -> Any:  # noqa: ANN401
        made: dict[str, Any] = {}
        for key, inner in value.items():
            if not isinstance(key, str):
                text = f"a key of a spec is text: {key!r:.40} is written as text"
                self.report.gap(place, subject, text)
            if isinstance(inner, Function) and self._functions and self._takes_objects(subject):
                converted = self._functions.value(inner, self.report, subject, str(key))
            else:
                converted = self.value(inner, place, subject)
            if converted is not MISSING:
                made[str(key)] = converted
        return {"$const": made} if any(key.startswith("$") for key in made) else made

    def _object(  # noqa: C901, PLR0911, PLR0912 - one case for each kind
        self, value: object, place: Place, subject: str
    ) -> Any:  # noqa: ANN401
        match value:
            case timedelta():
                return self._duration(value)
            case Moment(frozen=True, read=Made() as read) if self._is_rendered is not None:
                return self._made(read, place, subject)
            case Moment(frozen=True):
                return self.missing(place, subject, _ANOTHER)
            case Moment(form="datetime" | "date", zone=None) if self._is_rendered is not None:
                return self._without_zone(value)
            case Moment():
                return {"$datetime": self.moment(value, place, subject)}
            case Connected(conn_id=conn_id):
                why = f"a connection is no value of a spec: read `{conn_id}` in the task"
                return self.missing(place, subject, why)
            case Late():
                return self._late(value, place, subject)
            case Output():
                return self.output(value)
            case Joined() | Each():
                return self._of_outputs(value, place, subject)
            case EnumMember(value=inner, is_data=True):
                return self.value(inner, place, subject)
            case Argument(name=name):
                return {"$arg": name}
            case Name():
                return self._reference(value, place, subject)
            case Made(is_old=True):
                return self.missing(place, subject, CHANGED_LATER)
            case Made(given=Given() as default) if self._is_rendered is None:
                return self._given(default, place, subject)
            case Made():
                return self._made(value, place, subject)
            case Bound(owner=Made() | Bound() | Name()):
                asked = Made(Name("builtins.getattr"), [value.owner, value.name], {}, place)
                return self._made(asked, place, subject)
            case Opaque(why=why):
                return self.missing(place, subject, why)
            case Function() if self._functions is not None and self._takes_objects(subject):
                return self._functions.value(value, self.report, subject)
            case Function() | Decorated():
                text = "a function of the file has no word here: write it into a module"
                return self.missing(place, subject, text)
            case range() if self._is_rendered is not None:
                return {"$new": "builtins.range", "args": [value.start, value.stop, value.step]}
            case set() | frozenset():
                self.report.changed(place, subject, "a set is written as a list, in order")
                return self.value(sorted(value, key=str), place, subject)
            case TaskGroup(is_bare=True):
                return {"$xcom": ".".join(spec_path(value))}
            case Task() | TaskGroup():
                return self.missing(place, subject, f"a task is no value: {full_id(value)}")
            case Dag():
                return self.missing(place, subject, "a DAG is no value of a spec")
            case _:
                kind = type(value).__name__
                return self.missing(place, subject, f"a spec has no word for a value of {kind}")

    def _of_outputs(self, value: Joined | Each, place: Place, subject: str) -> Any:  # noqa: ANN401
        if isinstance(value, Joined):
            joined = [self.value(part, place, subject) for part in value.parts]
            return {value.marker: joined} | self._mapping(value.beside, place, subject)
        with self.rendered(really=False):
            called = self.value(value.function, place, subject)
        mapped = self.value(value.output, place, subject)
        return MISSING if called is MISSING else {"$map": mapped, "function": called}

    def _late(self, value: Late, place: Place, subject: str) -> Any:  # noqa: ANN401
        takes_calls = self._is_rendered is not None
        is_name = value.is_early and value.template.endswith(TEMPLATE_FILES.get(subject, ()))
        beside = f"what lies beside the file must lie beside the new one: {value.template}"
        if value.read and takes_calls and (is_name or not (self._is_rendered and value.is_text)):
            if "{{ dag.folder" in value.template:
                self.report.changed(place, subject, beside)
            return self._made(value.read, place, subject)
        if value.given is not None and not (self._is_rendered and value.is_text):
            return self._given(value.given, place, subject)
        if value.now is not None and self._is_frozen:
            self.report.changed(place, subject, f"it is frozen as {value.now}: {_MOVES}")
            return value.now
        if value.is_early and not self._is_rendered:
            text = (
                f"it is read at each parse, and Airflow renders no template here: {value.template}"
            )
            return self.missing(place, subject, text + advice(value))
        if is_name or not value.is_text:
            why = "a template gives it as text, and the file as another kind"
            why = "Airflow takes it for the name of a file, unrendered" if is_name else why
            return self.missing(place, subject, f"{why}: {value.template}")
        if value.of_param and not _PARAM.fullmatch(value.template):
            why = "Airflow puts the name of an object into the text of the file, and here the value"
            self.report.new(place, subject, f"{why}: {value.template}")
        elif value.is_early:
            kind = ", as text" if "json" in value.template else ""
            why = f"it is read when the task runs, not at each parse{kind}: {value.template}"
            why = beside if "{{ dag.folder" in value.template else why
            self.report.changed(place, subject, why)
        return value.template

    def _takes_objects(self, subject: str) -> bool:
        """Return whether a function may stand where values are converted."""
        return self._is_rendered is not None or subject in _OBJECTS

    @contextmanager
    def rendered(self, *, really: bool = True) -> Iterator[None]:
        """Convert what Airflow renders: a template may stand for what is known only later."""
        before, self._is_rendered = self._is_rendered, really
        yield
        self._is_rendered = before

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Convert params: a person who starts a run sees them, and may give another date."""
        self._is_frozen = True
        yield
        self._is_frozen = False

    def output(self, value: Output) -> dict[str, Any]:
        """Return the marker of what a task returns."""
        marker: dict[str, Any] = {"$xcom": ".".join(spec_path(value.task))}
        return marker | ({"key": value.key} if value.key else {})

    @staticmethod
    def _duration(value: timedelta) -> dict[str, Any]:
        text = duration_text(value.total_seconds())
        if text is not None:
            return {"$duration": text}
        parts = {"days": value.days, "seconds": value.seconds, "microseconds": value.microseconds}
        given = {unit: number for unit, number in parts.items() if number}
        return {"$new": "datetime.timedelta", "with": given}

    @staticmethod
    def _without_zone(value: Moment) -> dict[str, Any]:
        """Return a date that has no zone for Python: `$datetime` is one in UTC."""
        names = PARTS[: 3 if value.form == "date" else 7]
        given = {name: getattr(value.moment, name) for name in names}
        kept = {name: number for name, number in given.items() if number or name in PARTS[:3]}
        return {"$new": f"datetime.{value.form}", "with": kept}

    def moment(self, value: Moment, place: Place, subject: str) -> str:
        """Return a date as ISO text; one that was counted from today is frozen."""
        moment = value.moment
        text = moment.date().isoformat() if moment.time() == time() else moment.isoformat()
        if value.frozen:
            self.report.changed(place, subject, f"it is frozen as {text}: {_MOVES}")
        return text

    def _reference(self, value: Name, place: Place, subject: str) -> Any:  # noqa: ANN401
        parts = value.path.split(".")
        if len(parts) > 1 and parts[-2] in _ENUMS and value.path.startswith("airflow."):
            return parts[-1].lower()
        if value.path.startswith("airflow.") and parts[-1] == "value" and parts[-2].isupper():
            return parts[-2].lower()  # a member of an enumeration, as all of Airflow's are written
        if value.path.startswith("builtins."):
            return {"$ref": value.path}
        if not is_import_path(value.path):
            text = f"`{value.path[:80]}` is no import path: import it by its full name"
            return self.missing(place, subject, text)
        if any(part[:1].isupper() for part in parts[:-2]):
            text = f"`{'.'.join(parts[-2:])}` stands in a class: give its value"
            return self.missing(place, subject, text)
        return {"$ref": self._path_now(value.path, place, subject)}

    def _path_now(self, path: str, place: Place, subject: str) -> str:
        """Return the path by which the target has an object; another one is reported."""
        now = moved(path, self.target)
        if now != path:
            self.report.changed(place, subject, f"`{path}` is `{now}` now")
        return now

    def _given(self, given: Given, place: Place, subject: str) -> Any:  # noqa: ANN401
        """Return what the file reads, as far as it is known, and report that it was taken."""
        for read in given.reads:
            read.write(self.report)
        return self.value(given.value, place, subject)

    def _made(self, value: Made, place: Place, subject: str) -> Any:  # noqa: ANN401
        path = value.target.path
        word = path.rpartition(".")[2]
        others = value.args if len(value.args) > len(_POSITIONS.get(word, ())) else []
        self._note_again(value)
        value.is_used = True
        given = value.kwargs if others else self.named(value, place, subject)
        if word in _ASSETS and path.startswith("airflow."):
            names = [name for name in (given.get("uri"), given.get("name")) if name is not None]
            is_plain = all(isinstance(name, str) for name in names)
            if given.keys() <= {"uri", "name"} and is_plain and len(set(names)) == 1:
                return {"$asset": names[0]}
        if word == "literal" and path.startswith("airflow.") and len(value.args) == 1:
            if weight(value.args[0]) is None:
                return self.missing(place, subject, "`literal` takes plain data in a spec")
            return {"$const": value.args[0]}
        if not is_import_path(path):
            return self.missing(place, subject, f"`{path[:80]}` is no import path")
        path = self._path_now(path, place, subject)
        with self.rendered(really=False):
            made = {key: self.value(item, place, key) for key, item in given.items()}
            unnamed = [self.value(item, place, subject) for item in others]
        if value.depth:
            text = "it is worked out at each parse, as before"
            self.report.changed(value.place, subject, text)
        if MISSING in unnamed:
            return MISSING  # the others would stand in its place
        kept = {key: item for key, item in made.items() if item is not MISSING}
        return (
            {"$new": path}
            | ({"args": unnamed} if unnamed else {})
            | ({"with": kept} if kept else {})
        )

    def _note_again(self, value: Made) -> None:
        """Say that a value which the file makes once for several places is made at each of them."""
        path = value.target.path
        if id(value) in self._made_of and not path.startswith(_ALIKE):
            name = path.rpartition(".")[2]
            if path.startswith(_FRESH):
                why = (
                    "it gives another value at each call, and the file calls it once for all places"
                )
                self.report.gap(value.place, name, why)
            else:
                text = (
                    "the file calls it once for all places; the new file calls it at each of them"
                )
                self.report.changed(value.place, name, text)
        self._made_of[id(value)] = value

    def named(self, value: Made, place: Place, subject: str) -> dict[str, Any]:
        """Return the arguments of an object by name."""
        value.is_used = True
        word = value.target.path.rpartition(".")[2]
        names = _POSITIONS.get(word, ())
        if len(value.args) > len(names):
            text = f"give the arguments of {word} by name: a spec has no others"
            self.report.gap(place, subject, text)
        return dict(zip(names, value.args, strict=False)) | value.kwargs

    def zone(self, value: object, place: Place) -> str | None:
        """Return the name of a zone; one that is not known is reported."""
        name = zone_of(value)
        if name is None:
            self.report.gap(place, "timezone", "the name of the zone is not known")
        return name
