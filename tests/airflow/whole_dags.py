"""Specs of many features together, as data, each with what Airflow must make of it.

What must come is worked out here from what the spec means, without dagctl: whole ids, the edges of
groups, the arguments that groups and the DAG share, the times of the first runs.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Data = dict[str, Any]
SHARED: dict[str, list[Any]] = {
    "pool": ["small", "large"],
    "queue": ["fast", "slow"],
    "retries": [0, 3, 5],
    "priority_weight": [2, 7],
    "owner": ["sales", "ops"],
    "retry_delay": ["30s", "7m", "1h30m"],
    "execution_timeout": ["45m", "2h"],
}
SECONDS: dict[Any, float] = {"30s": 30.0, "7m": 420.0, "1h30m": 5400.0, "45m": 2700.0, "2h": 7200.0}
OWN: dict[str, list[Any]] = {
    "trigger_rule": ["all_done", "one_success", "none_failed"],
    "pool_slots": [2],
    "max_active_tis_per_dag": [1, 4],
    "doc_md": ["Loads *all* of it."],
}
START = datetime(2024, 1, 1)  # noqa: DTZ001 - the clock of the zone


@dataclass(eq=False)
class Entry:
    """A task or a group of the spec that grows."""

    name: str
    data: Data
    around: Entry | None
    members: list[Entry] = field(default_factory=list)
    waits: list[Entry] = field(default_factory=list)
    facts: Data = field(default_factory=dict)

    @property
    def is_group(self) -> bool:
        return "group_id" in self.data

    @property
    def path(self) -> list[Entry]:
        return [*(self.around.path if self.around else []), self]

    @property
    def id(self) -> str:
        outer = self.around
        if outer is None or outer.data.get("prefix_group_id") is False:
            return self.name
        return f"{outer.id}.{self.name}"

    def tasks(self) -> list[Entry]:
        return [each for it in self.members for each in it.tasks()] if self.is_group else [self]

    def name_for(self, other: Entry) -> str:
        """Return a name by which this entry means the other: short where it is beside it."""
        if other.around is self.around:
            return other.name
        return ".".join(each.name for each in other.path)


class Maker:
    """Makes one spec and what is expected of it; the same number makes the same."""

    def __init__(self, seed: int, version: str) -> None:
        self.dice = random.Random(seed)
        self.version = version
        self.entries: list[Entry] = []
        self.data: Data = {"dag_name": f"Whole {seed}", "start_date": "2024-01-01"}

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def some(self, table: dict[str, list[Any]], share: float) -> Data:
        return {
            key: self.dice.choice(values) for key, values in table.items() if self.chance(share)
        }

    def make(self) -> tuple[Data, Data]:
        """Return the spec, and the report that must come."""
        self.data["default_args"] = self.some(SHARED, 0.3)
        top = [self.entry(None, 0) for _ in range(self.dice.randint(3, 6))]
        self.data["tasks"] = [each.data for each in top]
        dag = self.dag()
        edges = self.edges()
        tasks = [each for each in self.entries if not each.is_group]
        return self.data, {
            "tasks": {
                each.id: {"upstream": sorted(edges[each]), **self.shared(each), **each.facts}
                for each in tasks
            },
            "groups": {
                each.id: {
                    "tooltip": each.data.get("tooltip", ""),
                    "members": sorted(it.id for it in each.members),
                }
                for each in self.entries
                if each.is_group
            },
            "dag": dag,
        }

    def entry(self, around: Entry | None, depth: int) -> Entry:
        number = len(self.entries)
        if depth < 3 and self.chance(0.35):
            made = Entry(f"g{number}", {"group_id": f"g{number}"}, around)
            self.entries.append(made)
            made.data |= {"default_args": given} if (given := self.some(SHARED, 0.25)) else {}
            made.data |= {"tooltip": "What it is."} if self.chance(0.3) else {}
            made.data |= {"prefix_group_id": False} if self.chance(0.2) else {}
            self.wait(made)
            made.members = [self.entry(made, depth + 1) for _ in range(self.dice.randint(1, 4))]
            made.data["tasks"] = [each.data for each in made.members]
            return made
        made = Entry(f"t{number}", {"task_id": f"t{number}"}, around)
        self.wait(made)
        self.dice.choice([self.bash, self.python, self.empty, self.sensor, self.mapped])(made)
        made.data |= self.some(OWN, 0.15) | self.some(SHARED, 0.15)
        if "mapped" not in made.facts:
            made.facts |= {key: made.data[key] for key in OWN if key in made.data}
            self.callbacks(made)
        self.entries.append(made)
        return made

    def wait(self, entry: Entry) -> None:
        """Let an entry wait for some that stand before it, none of which it stands in."""
        before = [each for each in self.entries if each not in entry.path]
        entry.waits = self.dice.sample(before, min(len(before), self.dice.choice([0, 1, 1, 2])))
        if entry.waits:
            entry.data["dependencies"] = [entry.name_for(each) for each in entry.waits]

    # --- Tasks ---

    def bash(self, task: Entry) -> None:
        task.data |= {"bash_command": f"echo {task.name} {{{{ ds }}}}", "env": {"A": "{{ ds }}"}}
        task.facts |= {"operator": "BashOperator", "env": {"A": "{{ ds }}"}}
        task.facts["bash_command"] = task.data["bash_command"]

    def python(self, task: Entry) -> None:
        made = [each for each in self.entries if "python_code" in each.data]
        task.data |= {"python_code": "def f(rows):\n    return [rows]\n", "with": {"rows": 5}}
        task.facts |= {"operator": "PythonOperator", "op_kwargs": {"rows": 5}}
        if made and self.chance(0.6):
            source = self.dice.choice(made)
            task.data["with"] = {"rows": {"$xcom": task.name_for(source)}}
            task.facts["op_kwargs"] = {"rows": f"output of {source.id}: return_value"}
            task.waits.append(source)

    def empty(self, task: Entry) -> None:
        task.data |= {"operator": "EmptyOperator", "outlets": [{"$asset": f"lake://{task.name}"}]}
        task.facts |= {"operator": "EmptyOperator", "outlets": [f"lake://{task.name}"]}

    def sensor(self, task: Entry) -> None:
        given = {"filepath": "/data/{{ ds }}", "poke_interval": "30s", "mode": "reschedule"}
        task.data |= {"operator": "FileSensor", "with": given}
        task.facts |= {"operator": "FileSensor", "poke_interval": 30.0, "mode": "reschedule"}

    def mapped(self, task: Entry) -> None:
        task.data |= {"operator": "BashOperator", "expand": {"bash_command": ["ls", "pwd"]}}
        task.facts |= {"operator": "BashOperator", "mapped": {"bash_command": ["ls", "pwd"]}}

    def callbacks(self, task: Entry) -> None:
        if self.chance(0.3):
            given = {"callable": "pprint.pprint", "with": {"width": 90}}
            task.data["on_failure_callback"] = [given, {"callable": "pprint.pformat"}]
            task.facts["on_failure_callback"] = [["pprint", {"width": 90}], "pformat"]

    def shared(self, task: Entry) -> Data:
        """Return the arguments that a task has of itself, its groups or the DAG: nearest first."""
        if "mapped" in task.facts:
            return {}
        found = {"retries": 1, "owner": "airflow", "retry_delay": 300.0}
        found |= self.data["default_args"]
        for each in task.path[:-1]:
            found |= each.data.get("default_args", {})
        found |= {key: task.data[key] for key in SHARED if key in task.data}
        return {key: SECONDS.get(value, value) for key, value in found.items()}

    # --- Edges ---

    def edges(self) -> dict[Entry, set[str]]:
        """Return what each task waits for: a group begins with its roots, ends with its leaves."""
        ups: dict[Entry, set[Entry]] = {each: set() for each in self.entries if not each.is_group}
        pairs = [(each, other) for each in self.entries for other in each.waits]
        # what is inside of a group settles what its roots and leaves are
        for each, other in sorted(pairs, key=lambda pair: -len(_common(*pair))):
            inside = set(each.tasks())
            roots = [task for task in each.tasks() if not ups[task] & inside]
            behind = {up for task in other.tasks() for up in ups[task]}
            leaves = [task for task in other.tasks() if task not in behind]
            for task in roots:
                ups[task].update(leaves)
        return {task: {each.id for each in before} for task, before in ups.items()}

    # --- The DAG ---

    def dag(self) -> Data:
        self.data |= {"tags": ["whole", "b"], "max_active_runs": 2, "dagrun_timeout": "2h"}
        self.data |= {"catchup": self.chance(0.5), "doc_md": "# Whole", "max_active_tasks": 9}
        self.data["params"] = {"limit": {"type": "integer", "minimum": 1, "default": 3}, "day": "x"}
        self.data["on_success_callback"] = {"callable": "pprint.pprint"}
        self.data["owner_links"] = {"airflow": "https://example.com/team"}
        zone = self.dice.choice([None, "Europe/Berlin"])
        self.data |= {"timezone": zone} if zone else {}
        facts = {key: self.data[key] for key in ("max_active_runs", "catchup", "max_active_tasks")}
        return facts | {
            "tags": ["b", "whole"],
            "doc_md": "# Whole",
            "dagrun_timeout": 7200.0,
            "params": {
                "limit": [3, None, {"type": "integer", "minimum": 1}],
                "day": ["x", None, {}],
            },
            "on_success_callback": "pprint",
            "owner_links": self.data["owner_links"],
            **self.schedule(-1 if zone else 0),
        }

    def schedule(self, hours: int) -> Data:
        """Choose a schedule; return what starts runs by it.

        Args:
            hours: From the clock of the DAG to UTC, in January.
        """
        form = self.dice.choice(["none", "cron", "every", "assets", "both"])
        start, is_2 = START + timedelta(hours=hours), self.version == "2"
        if form == "none":
            return {"runs": []}
        if form == "assets":
            self.data["schedule"] = {"any": ["lake://a", {"all": ["lake://b", "lake://c"]}]}
            return {"condition": "any(lake://a, all(lake://b, lake://c))", "runs": []}
        if form == "every":
            self.data["schedule"] = {"every": "2h"}
            return {"runs": _times(start + timedelta(hours=2 * is_2), timedelta(hours=2))}
        cron = {"cron": "30 6 * * *", "data_interval": True}
        self.data["schedule"] = cron | ({"assets": ["lake://a"]} if form == "both" else {})
        first = start + timedelta(days=1, hours=6, minutes=30)
        more = {"condition": "all(lake://a)"} if form == "both" else {}
        return {"runs": _times(first, timedelta(days=1)), **more}


def _common(one: Entry, other: Entry) -> list[Entry]:
    """Return the groups around both entries."""
    pairs = zip(one.path[:-1], other.path[:-1], strict=False)
    return [first for first, second in pairs if first is second]


def _times(first: datetime, step: timedelta) -> list[str]:
    return [f"{first + number * step:%Y-%m-%dT%H:%M:%SZ}" for number in range(5)]
