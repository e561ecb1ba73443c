"""The next step after a failure: a value that each face puts into its own words. Pure.

The command line writes a command as `dagctl recover`, the server names a request or says whom to
ask, and another face may show a button. So no other module cuts sentences apart.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from dagctl.brevity import brief
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class Command:
    """A command of dagctl that helps."""

    name: str
    arguments: str = ""
    """What follows the name on the command line; may hold words in capitals to fill in."""

    def __str__(self) -> str:
        """Return the command as a shell takes it."""
        return f"dagctl {self.name} {self.arguments}".rstrip()


@frozen
class Option:
    """A choice that the same command, or the same request, may be repeated with."""

    name: str
    """As the library names the argument: `if_exists`."""
    value: str | None = None
    """The value, or None for a switch."""

    def __str__(self) -> str:
        """Return the option as a shell takes it."""
        return f"--{self.name.replace('_', '-')} {self.value or ''}".rstrip()


class Ending(Enum):
    """What comes after the step."""

    NOTHING = ""
    AGAIN = "then try again"
    LATER = "try again later"


@frozen
class Fix:
    """One next step: text, with the commands and options in it as values."""

    parts: tuple[str | Command | Option, ...]
    ending: Ending

    def __init__(self, *parts: str | Command | Option, ending: Ending = Ending.NOTHING) -> None:
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "ending", ending)

    def __str__(self) -> str:
        """Return the step in the words of the command line."""
        return self.worded({})

    @property
    def commands(self) -> tuple[str, ...]:
        """The names of the commands in it."""
        return tuple(part.name for part in self.parts if isinstance(part, Command))

    @property
    def options(self) -> tuple[Option, ...]:
        """The options in it."""
        return tuple(part for part in self.parts if isinstance(part, Option))

    def worded(self, words: Mapping[str | Command | Option, str]) -> str:
        """Return the step as text.

        Args:
            words: What to write for a command or an option, where it is not the command line's.
        """
        text = "".join(words.get(part, str(part)) for part in self.parts)
        return ", ".join(filter(None, (brief(text), self.ending.value)))

    def then(self, command: Command) -> Fix:
        """Return this step followed by a command, in place of a repetition."""
        if self.ending is Ending.LATER:
            return Fix(self.worded({}), ": ", command)
        return Fix(*self.parts, ", then ", command)


RECOVER = Command("recover")
DOCTOR = Command("doctor")
HEAL = Command("doctor", "--fix")
LOGIN = Command("login")
LOGIN_BY_MAIL = Command("login", "--otp")
LINK = Command("link")
INIT = Command("init")
LIST = Command("list")
CREATE = Command("create")
CREATE_ANEW = Command("create", "--force")
FORCE = Option("force")
UPDATE = Option("if_exists", "update")
NUMBER = Option("if_exists", "number")
EXPORT_MIGRATIONS = Command("migrations", "export supabase/migrations")
TRY_LATER = Fix(ending=Ending.LATER)


def again(*parts: str | Command | Option) -> Fix:
    """Return a step after which the same call may succeed."""
    return Fix(*parts, ending=Ending.AGAIN)
