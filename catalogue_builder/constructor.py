"""Which arguments a constructor takes, read from its source and that of its bases.

A class names some parameters and hands the rest to `super().__init__`: sometimes with fixed values
(`super().__init__(sql="", **kwargs)`: who gives `sql` too gets a TypeError), sometimes after taking
names out (`kwargs.pop("hook_params", {})`). What cannot be read makes the class `open`: names that
it is not known to take are no errors.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from catalogue_builder.classes import Class
from catalogue_builder.entities import External
from catalogue_builder.flow import SuperCall, flow_of
from catalogue_builder.roots import BASE_OPERATORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from catalogue_builder.classes import Base
    from catalogue_builder.flow import Flow
    from catalogue_builder.module import Module

_WITHOUT_ARGUMENTS = frozenset({"object", "Generic", "ABC", "Protocol", "LoggingMixin"})
"""Bases outside of the tree whose constructors take nothing."""


@dataclass
class Parameter:
    """One argument of a constructor."""

    name: str
    owner: Class
    """The class whose `__init__` names it."""
    annotation: ast.expr | None
    default: ast.expr | None
    """None where there is none."""
    taken: bool = False
    """It is taken out of `**kwargs`, so it may be left out."""
    annotated_in: Module | None = None
    """The module whose names the annotation has, where it is that of a parent."""

    @property
    def module(self) -> Module:
        """The module whose names the annotation has."""
        return self.annotated_in or self.owner.module

    @property
    def required(self) -> bool:
        """Whether its own constructor asks for it."""
        return self.default is None and not self.taken


@dataclass
class Constructor:
    """What a constructor takes, in the order of the classes that name it."""

    parameters: dict[str, Parameter] = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)
    """Names that a class on the way gives itself."""
    required: set[str] = field(default_factory=set)
    open: bool = False
    """It may take further names."""
    reaches_base: bool = False
    """What it does not name arrives at BaseOperator."""


def constructor(cls: Class) -> Constructor:
    """Return what the constructor of a class takes."""
    return _from(cls.mro, 0)


def _from(mro: Sequence[Base], start: int) -> Constructor:
    for index in range(start, len(mro)):
        item = mro[index]
        if isinstance(item, External):
            name = item.name.split("[")[0].rpartition(".")[2]
            if name not in _WITHOUT_ARGUMENTS:  # it may take anything
                return Constructor(open=True)
        else:
            init = item.body.get("__init__")
            if isinstance(init, ast.FunctionDef):
                return _of(mro, index, item, init)
    return Constructor()


def _of(mro: Sequence[Base], index: int, cls: Class, init: ast.FunctionDef) -> Constructor:
    own = own_parameters(cls, init)
    result = Constructor(
        parameters={parameter.name: parameter for parameter in own},
        required={parameter.name for parameter in own if parameter.required},
    )
    if cls.path in BASE_OPERATORS:
        result.reaches_base = True
        return result
    if init.args.kwarg is None:
        return result
    flow = flow_of(cls.module, init, init.args.kwarg.arg)
    for name, default in flow.taken.items():
        result.parameters.setdefault(name, Parameter(name, cls, None, default, taken=True))
    result.open = bool(flow.unclear) or not flow.calls
    parents = _parents(mro, index, cls, flow, result)
    _annotate(result, flow.taken, parents)
    _inherit(result, parents)
    # `kwargs.setdefault("sql", "")` and `kwargs["sql"] = ...` before the call of the parent
    result.required -= set(flow.taken) - {parameter.name for parameter in own}
    return result


def _parents(
    mro: Sequence[Base], index: int, cls: Class, flow: Flow, result: Constructor
) -> list[tuple[set[str], Constructor]]:
    """Return what each call of a parent gives itself, with that parent's constructor."""
    parents = []
    for call in flow.calls or [SuperCall(set(), None)]:
        following = index + 1
        if call.target is not None:
            entity = cls.module.evaluate(call.target)
            if not isinstance(entity, Class) or entity not in mro:
                result.open = True
                continue
            following = mro.index(entity)
        parents.append((call.given, _from(mro, following)))
    return parents


def _annotate(
    result: Constructor, taken: Iterable[str], parents: list[tuple[set[str], Constructor]]
) -> None:
    """Give what is taken out of `**kwargs` the annotation of the parent that takes it too."""
    for name in taken:
        parameter = result.parameters[name]
        theirs = next(
            (made.parameters[name] for _, made in parents if name in made.parameters), None
        )
        if parameter.annotation is None and theirs is not None and parameter.taken:
            parameter.annotation, parameter.annotated_in = theirs.annotation, theirs.module


def _inherit(result: Constructor, parents: list[tuple[set[str], Constructor]]) -> None:
    own = set(result.parameters)
    fixed: set[str] | None = None
    for given, parent in parents:
        result.reaches_base |= parent.reaches_base
        result.open |= parent.open
        for name, parameter in parent.parameters.items():
            if name not in given:
                result.parameters.setdefault(name, parameter)
        result.required |= parent.required - own - given
        here = ((given & set(parent.parameters)) | (parent.fixed - given)) - own
        fixed = here if fixed is None else fixed & here
    result.fixed = (fixed or set()) - set(result.parameters)
    if len(parents) > 1:  # a name that only one of several calls leaves out is not certain
        certain = set.intersection(*(parent.required - given for given, parent in parents))
        result.required &= own | certain
    if result.open:
        result.required &= {name for name in own if result.parameters[name].required}


def own_parameters(cls: Class, init: ast.FunctionDef) -> list[Parameter]:
    """Return the parameters that a constructor itself names, without `self`."""
    arguments = init.args
    positional = [*arguments.posonlyargs, *arguments.args]
    missing = len(positional) - len(arguments.defaults)
    defaults: list[ast.expr | None] = [*[None] * missing, *arguments.defaults]
    pairs = list(zip(positional, defaults, strict=True))[1:]
    pairs += list(zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
    return [Parameter(arg.arg, cls, arg.annotation, default) for arg, default in pairs]
