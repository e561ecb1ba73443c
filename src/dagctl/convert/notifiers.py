"""Notifiers by their import paths: providers keep them in `notifications` modules."""

from __future__ import annotations


def notifier_form(path: str) -> tuple[str, str]:
    """Return whether a path means a `notifier` or a `callable`, and the path to write."""
    module, _, name = path.rpartition(".")
    if ".notifications." not in f"{module}." and not name.endswith("Notifier"):
        return "callable", path
    return "notifier", _class_of(path)


def _class_of(path: str) -> str:
    """Return the notifier that a function such as `send_slack_notification` is another name of."""
    module, _, name = path.rpartition(".")
    middle = name.removeprefix("send_").removesuffix("_notification")
    if not name.startswith("send_") or not name.endswith("_notification"):
        return path
    return f"{module}.{''.join(part.capitalize() for part in middle.split('_'))}Notifier"
