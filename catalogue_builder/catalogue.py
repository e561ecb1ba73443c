"""All Airflows of a lock, each read in a process of its own, as data files."""

from __future__ import annotations

import gc
import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from catalogue_builder.extract import extract
from catalogue_builder.merge import merge
from catalogue_builder.pods import pod_files
from catalogue_builder.store import files_of
from catalogue_builder.tree import Tree
from catalogue_builder.wheels import key, licences, requirements, sources, wheel_of

if TYPE_CHECKING:
    from catalogue_builder.extract import Extract
    from catalogue_builder.lock import Lock, Target

EXPANDABLE = Path(__file__).with_name("expandable.json")
"""Base arguments that `expand` takes, each with its targets; measured on the real Airflows."""


def catalogue(lock: Lock, wheels: Path, workers: int = 1) -> dict[str, bytes]:
    """Return the data files that a lock and its wheels make.

    Raises:
        WheelError: A wheel is missing, or is not the one of the lock.
    """
    # a process a target: its trees are large, and go with it
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, max_tasks_per_child=1) as pool:
        jobs = [pool.submit(_extract, lock, target, wheels) for target in lock.targets]
        extracts = [job.result() for job in jobs]
    expandable = json.loads(EXPANDABLE.read_text("utf-8"))
    files = files_of(lock, merge(lock, extracts), extracts, expandable)
    return files | pod_files(lock, wheels) | _licences(lock, wheels)


def _licences(lock: Lock, wheels: Path) -> dict[str, bytes]:
    """Return the licence texts of Airflow, whose words the descriptions are."""
    name, version = next(iter(lock.targets[-1].core.items()))
    wheel = key(name, version)
    return licences(wheel_of(wheels, wheel, lock.wheels[wheel]))


def _extract(lock: Lock, target: Target, wheels: Path) -> Extract:
    gc.disable()  # most of the time would go into looking over syntax trees that all stay
    paths = _wheels(lock, target, wheels)
    files = {path: text for wheel in paths.values() for path, text in sources(wheel).items()}
    required = {name: requirements(wheel) for name, wheel in paths.items()}
    return extract(Tree(files, target.version), target.name, required)


def _wheels(lock: Lock, target: Target, folder: Path) -> dict[str, Path]:
    """Return the wheels of an Airflow and of the providers that it can have."""
    return {
        name: wheel_of(folder, key(name, version), lock.wheels[key(name, version)])
        for name, version in sorted(lock.of_target(target).items())
    }
