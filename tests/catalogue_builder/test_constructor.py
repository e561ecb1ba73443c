"""Which arguments a constructor takes, from its source."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import Any

import pytest

from catalogue_builder.classes import Class
from catalogue_builder.constructor import constructor
from catalogue_builder.describe import describe, kind_of
from catalogue_builder.extract import extract
from tests.catalogue_builder.conftest import provider, tree

PATH = "airflow.providers.acme.operators.move"


def class_of(source: str, name: str = "Own", airflow: str = "3.1.0") -> Class:
    head = "from airflow.sdk import BaseOperator\n"
    entity = tree(provider(head + dedent(source)), airflow).at(f"{PATH}.{name}")
    assert isinstance(entity, Class)
    return entity


def init(body: str, signature: str = "self, *, a, b=1, **kwargs") -> str:
    return (
        "class Own(Parent):\n"
        f"    def __init__({signature}):\n{indent(dedent(body), ' ' * 8)}\n"
        "class Parent(BaseOperator):\n"
        "    def __init__(self, *, sql, split=False, **kwargs):\n"
        "        super().__init__(**kwargs)\n"
    )


def facts(source: str) -> tuple[set[str], set[str], set[str], bool]:
    made = constructor(class_of(source))
    base = {"task_id", "owner", "retries", "pool"}
    required = made.required - {"task_id"}
    return set(made.parameters) - base, required, made.fixed, made.open


CALL = "super().__init__(**kwargs)"
EITHER = "if {}:\n    super().__init__(sql=1, **kwargs)\nelse:\n    super().__init__(**kwargs)"


@pytest.mark.parametrize(
    ("body", "taken", "required", "fixed", "is_open"),
    [
        (CALL, "a b sql split", "a sql", "", False),
        ("super().__init__(sql='', **kwargs)", "a b split", "a", "sql", False),
        (f"kwargs.pop('x', None)\n{CALL}", "a b x sql split", "a sql", "", False),
        (f"kwargs.setdefault('sql', '')\n{CALL}", "a b sql split", "a", "", False),
        (f"kwargs['sql'] = 1\n{CALL}", "a b sql split", "a", "", False),
        ("super().__init__(**{**kwargs, 'sql': 1})", "a b sql split", "a", "", False),
        (f"kwargs = fix(kwargs)\n{CALL}", "a b sql split", "a", "", True),
        ("Parent.__init__(self, **kwargs)", "a b sql split", "a sql", "", False),
        ("BaseOperator.__init__(self, **kwargs)", "a b", "a", "", False),
        (f"'{{x}}'.format(**kwargs)\n{CALL}", "a b sql split", "a sql", "", False),
        (EITHER.format("a"), "a b sql split", "a", "", False),
        (EITHER.format("AIRFLOW_V_3_1_PLUS"), "a b split", "a", "sql", False),
    ],
)
def test_where_kwargs_go(
    body: str, taken: str, required: str, fixed: str, *, is_open: bool
) -> None:
    result = facts(init(body))
    assert result == (set(taken.split()), set(required.split()), set(fixed.split()), is_open)


def test_a_class_without_kwargs_takes_nothing_else() -> None:
    made = constructor(class_of(init("super().__init__(sql=a)", "self, a")))
    assert set(made.parameters) == {"a"}
    assert not made.reaches_base


def test_a_base_outside_of_the_tree_makes_the_class_open() -> None:
    source = "from boto import Thing\nclass Own(Thing, BaseOperator):\n    pass\n"
    assert constructor(class_of(source)).open


def test_the_order_of_the_bases_is_pythons() -> None:
    source = """
        class Top(BaseOperator): ...
        class Left(Top): ...
        class Right(Top): ...
        class Own(Left, Right): ...
    """
    names = [item.name.rpartition(".")[2] for item in class_of(source).mro]
    assert names == ["Own", "Left", "Right", "Top", "BaseOperator"]


def described(source: str, airflow: str = "3.1.0") -> dict[str, Any]:
    cls = class_of(source, airflow=airflow)
    return describe(cls, kind_of(cls) or "")


def test_template_fields_follow_names_and_versions() -> None:
    source = """
        MORE = ("b", "c")
        class Own(BaseOperator):
            template_fields = ("a", *MORE) if AIRFLOW_V_3_1_PLUS else ("a",)
    """
    assert described(source)["template_fields"] == ["a", "b", "c"]
    assert described(source, "3.0.6")["template_fields"] == ["a"]


def test_a_deprecated_class_names_its_successor() -> None:
    source = """
        @deprecated(planned_removal_date="June 30, 2027", use_instead="acme.NewOperator")
        class Own(BaseOperator): ...
    """
    assert described(source)["deprecated"] == {"use": "acme.NewOperator"}


def test_a_module_that_raises_on_this_airflow_has_no_operators() -> None:
    source = """
        from airflow.sdk import BaseOperator
        if not AIRFLOW_V_3_1_PLUS:
            raise AirflowOptionalProviderFeatureException("needs Airflow 3.1+")
        class OwnOperator(BaseOperator): ...
    """
    assert f"{PATH}.OwnOperator" in extract(tree(provider(source), "3.1.0"), "3.1").classes
    assert not extract(tree(provider(source), "3.0.6"), "3.0").classes


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        ("Optional[str]", "str | None"),
        ("Union[str, List[int]]", "str | list[int]"),
        ('"str | None"', "str | None"),
        ("Alias", "str | int"),
        ("Colour", "Enum['red', 'green']"),
        ("Callable[[int], str]", "Callable"),
        ("type[Exception]", "type"),
        ("Literal['a', 'b']", "Literal['a', 'b']"),
        ("T", "Any"),
        ("k8s.V1Pod", "V1Pod"),
        ("acme.Path", "acme.Path"),
        ("typing.Sequence[str]", "Sequence[str]"),
        ("1 + 1", "Any"),
    ],
)
def test_annotations_in_one_spelling(annotation: str, text: str) -> None:
    source = f"""
        import typing
        import acme
        from enum import Enum
        from kubernetes.client import models as k8s
        Alias = str | int
        T = TypeVar("T")
        class Colour(str, Enum):
            RED = "red"
            GREEN = "green"
        class Own(BaseOperator):
            def __init__(self, x: {annotation}, **kwargs):
                super().__init__(**kwargs)
    """
    assert described(source)["params"]["x"]["type"] == text


def test_what_a_constructor_takes_out_of_kwargs_has_the_type_that_its_parent_gives_it() -> None:
    body = f"kwargs.setdefault('split', 1)\nkwargs.pop('x', None)\n{CALL}"
    source = init(body).replace("split=False", "split: bool | None = False")
    params = describe(class_of(source), "operator")["params"]

    assert params["split"] == {"type": "bool | None", "default": 1}
    assert "type" not in params["x"]


ONLY = "Literal['a', 'b']"


@pytest.mark.parametrize(
    ("body", "annotation", "text"),
    [
        ("self.x = Colour(x)", "str", ONLY),
        ("self.x = Colour(x)", "str | Colour | None", f"{ONLY} | None"),
        ("if x is not None:\n    kwargs['x'] = Colour(x)", "str | None", f"{ONLY} | None"),
        ("if x not in ('a', 'b'):\n    raise ValueError(x)", "str", ONLY),
        ("if x and x not in WORDS:\n    raise ValueError(x)", "str | None", f"{ONLY} | None"),
        ("self.x = x\nif self.x not in self.words:\n    raise ValueError(x)", "str", ONLY),
        # only sometimes, or of another value
        ("if y:\n    self.x = Colour(x)", "str", "str"),
        ("if y is not None:\n    self.x = Colour(x)", "str", "str"),
        ("try:\n    self.x = Colour(x)\nexcept ValueError:\n    pass", "str", "str"),
        ("if x not in WORDS:\n    print(x)", "str", "str"),
        ("if x not in WORDS or y:\n    raise ValueError(x)", "str", "str"),
        ("if y and x not in WORDS:\n    raise ValueError(x)", "str", "str"),
        ("if x.lower() not in WORDS:\n    raise ValueError(x)", "str", "str"),
        ("if x not in words_of(y):\n    raise ValueError(x)", "str", "str"),
        ("self.x = Colour(x.lower())", "str", "str"),
        ("self.x = Colour(x)", "str | int", "str | int"),
    ],
)
def test_the_only_texts_that_the_code_takes_are_the_type(
    body: str, annotation: str, text: str
) -> None:
    source = f"""
        from enum import Enum
        WORDS = ("a", "b")
        class Colour(str, Enum):
            RED = "a"
            GREEN = "b"
        class Own(BaseOperator):
            words = ["a", "b"]
            def __init__(self, x: {annotation}, y=None, **kwargs):
{indent(body, " " * 16)}
                super().__init__(**kwargs)
    """
    assert described(source)["params"]["x"]["type"] == text


def test_what_execute_refuses_at_its_start_is_no_value_either() -> None:
    source = """
        class Own(BaseOperator):
            def __init__(self, x: str, **kwargs):
                super().__init__(**kwargs)
            def execute(self, context):
                if self.x not in ("a", "b"):
                    raise ValueError(self.x)
    """
    assert described(source)["params"]["x"]["type"] == ONLY
