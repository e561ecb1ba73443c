"""All Airflows of a lock, each read in a process of its own, as data files."""

from __future__ import annotations

import gc
import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from catalogue_builder.extract import extract, tree_of
from catalogue_builder.merge import merge
from catalogue_builder.store import files_of
from catalogue_builder.wheels import key, licences, wheel_of

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
    return files_of(lock, merge(lock, extracts), extracts, expandable) | _licences(lock, wheels)


def _licences(lock: Lock, wheels: Path) -> dict[str, bytes]:
    """Return the licence texts of Airflow, whose words the descriptions are."""
    name, version = next(iter(lock.targets[-1].core.items()))
    wheel = key(name, version)
    return licences(wheel_of(wheels, wheel, lock.wheels[wheel]))


def _extract(lock: Lock, target: Target, wheels: Path) -> Extract:
    gc.disable()  # most of the time would go into looking over syntax trees that all stay
    return extract(tree_of(lock, target, wheels), target.name)
