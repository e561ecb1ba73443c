"""Which samples of a provider speak for the version that a DAG will meet.

The catalogue knows each provider at a few versions (its samples). What holds in the sample just
below a version and in the one just above it holds for that version; what holds in one of the two
only is not certain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dagctl.operators.targets import version

if TYPE_CHECKING:
    from collections.abc import Sequence

    Sample = Sequence[str]
    """A target, and the version of the provider that was read for it."""


class Evidence(NamedTuple):
    """The samples that count, as bits; 0 where there is none."""

    below: int
    above: int

    def says(self, mask: int | None) -> bool | None:
        """Return whether something is so, or None where it is not certain.

        Args:
            mask: The samples where it is so; None for all.
        """
        if mask is None:
            return True
        answers = {bool(bit & mask) for bit in (self.below, self.above) if bit}
        return answers.pop() if len(answers) == 1 and self.certain else None

    @property
    def certain(self) -> bool:
        """Whether the version lies within what the catalogue knows."""
        return bool(self.below and self.above)


def samples_in(samples: Sequence[Sample], mask: int | None) -> list[Sample]:
    """Return the samples that a mask stands for, oldest first; None: all of them."""
    return [each for place, each in enumerate(samples) if mask is None or mask >> place & 1]


def evidence(
    samples: Sequence[Sample], target: str, provider_version: str | None
) -> Evidence | None:
    """Return what speaks for a version of a provider on a target.

    Args:
        samples: Target and version of each, oldest first.
        target: A known target.
        provider_version: None for the newest that fits.

    Returns:
        None where the provider has no version for that target.
    """
    on_target = [index for index, (name, _) in enumerate(samples) if name == target]
    if not on_target:
        return None
    if provider_version is None:
        bit = 1 << on_target[-1]
        return Evidence(bit, bit)
    asked = version(provider_version) or ()
    known = [
        (version(text) or (), name == target, 1 << i) for i, (name, text) in enumerate(samples)
    ]
    below = max((k for k in known if k[0][: len(asked)] <= asked), default=None)
    above = min((k for k in known if k[0] >= asked), key=lambda k: (k[0], not k[1]), default=None)
    return Evidence(below[2] if below else 0, above[2] if above else 0)
