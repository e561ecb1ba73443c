"""Parameters whose usual values are taken without pydantic, which Typer loads to check others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.core import TyperArgument, TyperOption

if TYPE_CHECKING:
    from typer._click import Context, Parameter


class LightOption(TyperOption):
    """An option whose plain values cost nothing to check."""

    def process_value(self, ctx: Context, value: Any) -> Any:  # noqa: ANN401 - as the base has it
        """Return the checked value."""
        if _is_checked(self, value):
            value = _as_list(self, value)
            return value if self.callback is None else self.callback(ctx, self, value)
        return super().process_value(ctx, value)


class LightArgument(TyperArgument):
    """An argument whose plain values cost nothing to check."""

    def process_value(self, ctx: Context, value: Any) -> Any:  # noqa: ANN401 - as the base has it
        """Return the checked value."""
        if _is_checked(self, value):
            value = _as_list(self, value)
            return value if self.callback is None else self.callback(ctx, self, value)
        return super().process_value(ctx, value)


def lightened(parameter: Parameter) -> Parameter:
    """Return the parameter, light; Typer has no way to name the class of one."""
    if type(parameter) is TyperOption:
        parameter.__class__ = LightOption
    elif type(parameter) is TyperArgument:
        parameter.__class__ = LightArgument
    return parameter


def _as_list(parameter: LightOption | LightArgument, value: Any) -> Any:  # noqa: ANN401 - as above
    """Return the value, those of a list as Typer gives them: a list; an empty tuple for none."""
    if not _is_list(parameter):
        return value
    return () if value is None else [*value]


def _is_list(parameter: LightOption | LightArgument) -> bool:
    return parameter.multiple or parameter.nargs == -1


def _is_checked(parameter: LightOption | LightArgument, value: object) -> bool:
    """Return whether a value needs no check: texts, a choice as it is written, or the default.

    None (not given) is left to Typer where the parameter is required.
    """
    if value is None:
        return not parameter.required
    kind = parameter.type_descriptor
    if _is_list(parameter):
        texts = isinstance(value, list | tuple) and all(type(item) is str for item in value)
        return bool(value) and texts and kind.annotation == list[str]
    if parameter.nargs != 1:
        return False
    if kind.choices is not None:
        return value in kind.choices
    return kind.annotation is str is type(value) or value is parameter.default
