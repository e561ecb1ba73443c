"""What keeps the house easy to read: sizes of files and functions, names of files, exact exports.

The order of the layers is held by import-linter (`make layers`).
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest
from grimp import build_graph

import dagctl
from dagctl.adapters.supabase.supabase_errors import NEWEST_MIGRATION

pytestmark = pytest.mark.xdist_group("architecture")
"""Each module is read once, for all of the tests."""

SOURCE = Path(dagctl.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))
MIGRATIONS = sorted((SOURCE / "migrations").glob("*.sql"))
ROOT = Path(__file__).parents[2]
FILE_LINES = 400
FUNCTION_LINES = 60
DRAWERS = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
"""Names that do not say what stands in a file."""
VAGUE_NAMES = {"found", "one", "wanted", "nobody", "told", "tell"}
"""Names of values that do not say what the value is."""
VAGUE_WORDS = re.compile(r"\b(?<!`)(?:nobody|whoever|tell|tells|telling|told)\b", re.IGNORECASE)
"""Words that hide who does what; there is always a plainer one."""
TEST_IMPORT = re.compile(
    r"\s*(?:from|import) tests\.(?:\S*\.)?test_|\s*from tests\.\S+ import test_"
)
"""What several tests share stands in a module of its own, without the prefix `test_`."""
TEST_NAME = re.compile(r"\bdef (test_\w+)")
COMMAND_IN_TEXT = re.compile(
    r"dagctl (?:init|recover|doctor|login|logout|link|create|list|show|migrations|explain)\b"
    r"|(?<![\w-])--(?:force|if-exists|no-verify|fix|otp)\b"
)
ABOUT_THE_CODE = {
    "docs/architecture.md": (),
    "docs/decisions.md": (),
    "docs/performance.md": ("tests", "bench"),
    "CONTRIBUTING.md": ("tests", "bench"),
}
"""Pages that name files and names of the code, and where such names stand besides the package."""
OF_OTHERS = {"create_client", "sshCommand"}
"""What the pages about the code name of `supabase` and of git."""
ENTRY = "convert.py"
"""The way into the package of each format of `convert/`."""
SAME_SUBJECT = (
    {"cli", "client", "commands", "operation", "codegen", "explanations", "server", "views", ""},
    {"adapters", "ports", "views"},
    {"codegen", "spec", "operators"},
)
"""Rooms where one file name is one subject: a command and its use case, a port and its adapters,
a part of the language and its code. In others a file has a name of its own."""
FACES = {"cli", "server", "explanations", "next_step.py"}
"""Where commands are put into words."""
LANGUAGE = {"spec", "user_code", "readers", "findings", "operators"}
"""The language has hints of its own."""
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *(ROOT / "docs").rglob("*.md"),
]


def relative(path: Path) -> str:
    return str(path.relative_to(SOURCE))


class Facts(NamedTuple):
    """What the tests ask of a module: its tree is not kept, as all of them are a gigabyte."""

    functions: dict[str, int]
    """The lines of each function."""
    names: set[str]
    """The names of values, parameters, functions and classes that it defines."""
    classes: list[str]
    hints: list[str]
    """The constant texts that it gives as the next step of an error."""


@cache
def facts(module: Path) -> Facts:
    known = Facts({}, set(), [], [])
    stack: list[ast.AST] = [ast.parse(module.read_text())]
    while stack:
        node = stack.pop()
        stack += ast.iter_child_nodes(node)
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                known.functions[f"{name}:{node.lineno}"] = (node.end_lineno or 0) - node.lineno + 1
                known.names.add(name)
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.ClassDef(name=name):
                known.names.add(name)
                if isinstance(node, ast.ClassDef):
                    known.classes.append(name)
            case ast.keyword(arg="hint" | "fix", value=value):
                constants = (item for item in ast.walk(value) if isinstance(item, ast.Constant))
                known.hints.extend(each.value for each in constants if isinstance(each.value, str))
    return known


def test_the_modules_are_seen() -> None:
    assert len(MODULES) > 100


def test_a_file_has_at_most_400_lines() -> None:
    lines = {relative(module): len(module.read_text().splitlines()) for module in MODULES}
    assert {path: count for path, count in lines.items() if count > FILE_LINES} == {}


def test_a_function_has_at_most_60_lines() -> None:
    lines = {
        f"{relative(module)}: {name}": count
        for module in MODULES
        for name, count in facts(module).functions.items()
    }
    assert {name: count for name, count in lines.items() if count > FUNCTION_LINES} == {}


def test_a_frozen_dataclass_is_made_by_frozen() -> None:
    """`from dagctl.frozen import frozen`: those that `dataclass` makes were a sixth of a create."""
    others = [
        relative(module) for module in MODULES if "@dataclass(frozen=True" in module.read_text()
    ]
    assert not others


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = build_graph("dagctl", exclude_type_checking_imports=False, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}

    assert {*TopologicalSorter(imports).static_order()} >= graph.modules
    assert len(graph.modules) == len(MODULES)


def test_no_file_is_a_drawer_for_things_without_a_name() -> None:
    assert [relative(path) for path in MODULES if path.stem in DRAWERS] == []


def test_a_class_has_a_name_of_its_own() -> None:
    names = Counter(name for module in MODULES for name in facts(module).classes)
    assert {name for name, count in names.items() if count > 1} == set()


def test_a_file_name_is_repeated_for_one_subject_only() -> None:
    rooms: dict[str, list[str]] = {}
    for module in MODULES:
        path = module.relative_to(SOURCE)
        rooms.setdefault(path.name, []).append(path.parts[0] if len(path.parts) > 1 else "")
    repeated = {name: there for name, there in rooms.items() if len(there) > 1}
    for name in ("__init__.py", ENTRY):
        del repeated[name]
    assert {
        name: there
        for name, there in repeated.items()
        if not any(set(there) <= subject for subject in SAME_SUBJECT)
    } == {}


def test_every_public_name_exists_and_every_other_is_private() -> None:
    assert sorted(dagctl.__all__) == dagctl.__all__
    public = {name: getattr(dagctl, name) for name in dagctl.__all__}
    assert all(value is not None for value in public.values())
    assert set(dir(dagctl)) == set(dagctl.__all__)


def test_no_test_imports_a_test() -> None:
    imports = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for line in path.read_text().splitlines()
        if TEST_IMPORT.match(line)
    ]
    assert imports == []


def test_a_value_is_named_after_what_it_is() -> None:
    vague = {relative(module): facts(module).names & VAGUE_NAMES for module in MODULES}
    assert {path: names for path, names in vague.items() if names} == {}


def test_messages_comments_and_pages_use_plain_words() -> None:
    lines = [
        f"{path.name}:{number}: {line.strip()[:90]}"
        for path in [*MODULES, *MIGRATIONS, *PAGES]
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if VAGUE_WORDS.search(line)
    ]
    assert lines == []


def test_the_name_of_a_test_uses_plain_words() -> None:
    tests = (ROOT / "tests").rglob("test_*.py")
    names = [name for path in tests for name in TEST_NAME.findall(path.read_text())]
    assert len(names) > 3000
    assert [name for name in names if VAGUE_WORDS.search(name.replace("_", " "))] == []


def test_the_next_step_of_an_error_names_commands_as_values() -> None:
    others = FACES | LANGUAGE
    cores = [module for module in MODULES if module.relative_to(SOURCE).parts[0] not in others]
    sentences = {relative(module): facts(module).hints for module in cores}
    assert sum(map(len, sentences.values())) > 100
    assert [
        f"{path}: {text}"
        for path, texts in sentences.items()
        for text in texts
        if COMMAND_IN_TEXT.search(text)
    ] == []


def test_the_page_of_the_architecture_names_every_room() -> None:
    rooms = {relative(module).partition("/")[0] for module in MODULES} | {"migrations", "templates"}
    rooms -= {"__init__.py", "__main__.py"}
    named = {word.rstrip("/") for word in words_of("docs/architecture.md")}
    assert {room for room in rooms if room not in named} == set()


@pytest.mark.parametrize("page", ABOUT_THE_CODE)
def test_what_the_pages_about_the_code_name_is_there(page: str) -> None:
    words = words_of(page)
    folders = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")]
    paths = [*ROOT.iterdir(), *(path for folder in folders for path in folder.rglob("*"))]
    known = {path.as_posix() for path in paths}
    files = {word for word in words if word.endswith(".py")}
    assert {file for file in files if not any(path.endswith(f"/{file}") for path in known)} == set()
    further = (path for name in ABOUT_THE_CODE[page] for path in (ROOT / name).rglob("*.py"))
    texts = [*MODULES, *MIGRATIONS, ROOT / "pyproject.toml", ROOT / "Makefile", *further]
    there = {name for path in texts for name in re.findall(r"\w+", path.read_text("utf-8"))}
    there |= {part for path in paths for part in re.split(r"\W", path.name)}
    names = {name for word in words - files for name in re.findall(r"[A-Za-z_]\w*", word)}
    assert names - there - OF_OTHERS == set()


def words_of(page: str) -> set[str]:
    """Return what stands between backticks and is the name of a file or of something in one."""
    return set(re.findall(r"`([\w./]+)`", (ROOT / page).read_text("utf-8")))


def test_the_newest_migration_is_the_one_that_a_project_is_asked_for() -> None:
    newest = max(path.name for path in (SOURCE / "migrations").glob("*.sql"))
    assert newest.partition("_")[0] == NEWEST_MIGRATION
