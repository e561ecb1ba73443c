"""The variables of a workspace: `[vars]` and `[env.NAME.vars]` in `dagctl.toml`, and `--var`.

In rising order: `[vars]`, those of the environment that was chosen, `--var`.
"""

from __future__ import annotations

from collections import ChainMap
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dagctl.errors import UsageError
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.frozen import frozen
from dagctl.readers.yaml_words import meaning
from dagctl.settings.setting_sources import TomlFile, read_toml
from dagctl.spec.resolution.placeholders import NAME
from dagctl.spec.resolution.variables import MAX_VARIABLES, Variable, Variables, variable_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagctl.workspace import Workspace

    Tables = Mapping[str, Mapping[str, Variable]]

ENVIRONMENT = "DAGCTL_ENV"
"""The variable of the process that chooses an environment where `--env` does not."""
MAX_ENVIRONMENTS = 1_000
_FORM = 'write: [vars], and below it: bucket = "landing"'


@frozen
class WorkspaceVariables:
    """The variables that a `dagctl.toml` has."""

    shared: Mapping[str, Variable]
    """Those of all environments."""
    tables: Tables
    """Those of each environment."""

    def chosen(
        self,
        environment: str | None,
        origin: str,
        given: Mapping[str, Variable] = MappingProxyType({}),
    ) -> Variables:
        """Return the variables that count in an environment; None: in none.

        Args:
            environment: Its name.
            origin: What has named it.
            given: Those that count before all others.

        Raises:
            UsageError: There is no such environment, or there are too many.
        """
        own: Mapping[str, Variable] = {}
        if environment is not None:
            _check_count(self.tables)
            if environment not in self.tables:
                raise _no_environment(environment, self.tables, origin)
            own = self.tables[environment]
        values = {**self.shared, **own, **given}
        return Variables(values, environment, _elsewhere(values, self.tables))


def load_variables(
    workspace: Workspace | None,
    environ: Mapping[str, str],
    *,
    environment: str | None = None,
    given: Sequence[str] = (),
) -> Variables:
    """Return the variables that count.

    Args:
        workspace: Whose `dagctl.toml` is read; None: there is none.
        environ: The variables of the process: `DAGCTL_ENV` names an environment.
        environment: The environment, by `--env`.
        given: `NAME=VALUE` each, by `--var`.

    Raises:
        UsageError: There is no such environment, or a variable is wrong.
    """
    tables = read_variables(workspace) if workspace else WorkspaceVariables({}, {})
    chosen = environment or environ.get(ENVIRONMENT) or None
    return tables.chosen(chosen, "--env" if environment else ENVIRONMENT, _of_flags(given))


def each_environment(workspace: Workspace) -> tuple[Variables, ...]:
    """Return the variables of each environment that a workspace has.

    They do not say which environments have a variable that one lacks. The file is read once.

    Raises:
        UsageError: The file is wrong, or has more than `MAX_ENVIRONMENTS`.
    """
    variables = read_variables(workspace)
    _check_count(variables.tables)
    common = dict(variables.shared)
    return tuple(
        Variables(ChainMap(dict(table), common), env) for env, table in variables.tables.items()
    )


def _check_count(tables: Tables) -> None:
    """Check that there are not too many environments, where one or all of them count."""
    if len(tables) > MAX_ENVIRONMENTS:
        message = f"dagctl.toml: `env` has more than {MAX_ENVIRONMENTS:,} environments"
        raise UsageError(message, hint="remove those that are not used")


def _elsewhere(values: Mapping[str, Variable], tables: Tables) -> Mapping[str, tuple[str, ...]]:
    """Return the environments of each variable that has no value."""
    by_name: dict[str, list[str]] = {}
    for env, table in tables.items():
        for name in table.keys() - values.keys():
            by_name.setdefault(name, []).append(env)
    return {name: tuple(envs) for name, envs in by_name.items()}


def read_variables(workspace: Workspace) -> WorkspaceVariables:
    """Return the variables that a workspace has; its file is read once.

    Raises:
        UsageError: Its file is wrong.
    """
    name = workspace.config.name
    try:
        text, document = read_toml(workspace.config, name)
    except FileNotFoundError:
        return WorkspaceVariables({}, {})
    file = TomlFile(name, text)
    shared = _table(file, "vars", document.get("vars", {}))
    tables = document.get("env", {})
    if not isinstance(tables, dict):
        hint = "write: [env.prod.vars]"
        raise UsageError(f"{file.origin('env')}: `env` must be a table of environments", hint=hint)
    return WorkspaceVariables(
        shared, {env: _environment(file, env, table) for env, table in tables.items()}
    )


def _environment(file: TomlFile, env: str, table: object) -> Mapping[str, Variable]:
    where = file.origin(env, "env")
    if not NAME.fullmatch(env):
        message = f"{where}: {quoted(env)} cannot be the name of an environment"
        raise UsageError(message, hint="use letters, digits, `_` and `-`")
    if not isinstance(table, dict) or table.keys() - {"vars"}:
        message = f"{where}: an environment has one table, `vars`"
        raise UsageError(message, hint=f"write: [env.{env}.vars]")
    return _table(file, f"env.{env}.vars", table.get("vars", {}))


def _table(file: TomlFile, name: str, table: object) -> Mapping[str, Variable]:
    if not isinstance(table, dict):
        raise UsageError(f"{file.origin(name)}: `{name}` must be a table", hint=_FORM)
    if len(table) > MAX_VARIABLES:
        message = f"{file.origin(name)}: `{name}` has more than {MAX_VARIABLES:,} variables"
        raise UsageError(message, hint="remove those that no spec names")
    return dict(_variables(file, name, table))


def _variables(
    file: TomlFile, table: str, values: Mapping[str, Any]
) -> Iterator[tuple[str, Variable]]:
    for name, value in values.items():
        where = file.origin(name, table)
        problem = variable_problem(name, value)
        if problem:
            raise UsageError(f"{where}: {problem}", hint=_FORM)
        yield name, Variable(value, where)


def _of_flags(given: Sequence[str]) -> dict[str, Variable]:
    if len(given) > MAX_VARIABLES:
        raise UsageError(f"there are more than {MAX_VARIABLES:,} `--var`")
    return dict(map(_of_flag, given))


def _of_flag(text: str) -> tuple[str, Variable]:
    """Return what `NAME=VALUE` says: a number or a truth value where it is one, else text."""
    name, sign, word = text.partition("=")
    if not sign:
        raise UsageError(f"--var {quoted(text)} has no value", hint="write --var NAME=VALUE")
    value, surprise = meaning(word) if word else ("", None)
    is_typed = surprise is None and isinstance(value, bool | int | float)
    variable = Variable(value if is_typed else word, "--var", word)
    problem = variable_problem(name, variable.value)
    if problem:
        raise UsageError(f"--var: {problem}", hint="write --var NAME=VALUE")
    return name, variable


def _no_environment(name: str, tables: Tables, origin: str) -> UsageError:
    known = ", ".join(tables) or "none"
    hint = did_you_mean(name, tables) or (
        f"the environments of dagctl.toml: {known}" if tables else f"add [env.{name}.vars]"
    )
    return UsageError(f"{origin}: there is no environment {quoted(name)}", hint=hint)
