"""The explanation of a code."""

from typing import NamedTuple


class Explanation(NamedTuple):
    """The explanation of a code.

    The examples of a finding about a spec are YAML or JSON; a line or two stand for a whole spec.
    """

    title: str
    explanation: str
    bad: str = ""
    """What causes the finding; empty if it cannot be shown in a few lines."""
    good: str = ""
    """The same, fixed."""
    fix: str = ""
    """What to do about it."""
