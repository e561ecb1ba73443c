"""The renderers of the task types, listed here once: from a task to its part of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.codegen.tasks.bash import bash_source
from dagctl.codegen.tasks.python import python_source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.codegen.task_source import TaskSource
    from dagctl.codegen.values import Target

    Renderer = Callable[[Any, str, Target], TaskSource]

RENDERERS: Mapping[str, Renderer] = {"bash": bash_source, "python": python_source}
"""By `task_type`; a renderer takes the task, the identifier made of its id, and the target."""
