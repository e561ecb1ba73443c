"""Where git's rules can say nothing of a path, git is not asked."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.git.configuration import Configuration, read_configuration
from dagctl.adapters.git.folder import locate
from dagctl.adapters.git.git_command import GitCommand
from dagctl.adapters.git.place import place_in
from dagctl.adapters.git.rules import may_change, may_ignore

if TYPE_CHECKING:
    from dagctl.adapters.git.place import GitWorkTree
    from tests.conftest import Sandbox

NONE = Configuration({}, frozenset())
OF_PYTHON = """\
# what a repository of Python mostly has

__pycache__/
*.py[cod]
*$py.class
*.so
.Python
build/
share/python-wheels/
.coverage.*
*.py,cover
pip-log.txt
docs/_build/
.env
!keep.txt
"""
IGNORING = """\
*.py|x.py|X.PY|dags|dags/|/dags|dags/*|dags/x.py|*|**|**/x.py|dags/**|x.*|?.py|[x].py|[a-z].py|[!a].py|[^a].py
[[:alpha:]].py|\\x.py|x.p[y]|d*s|*s/|da[g]s/|x.py\\ |  x.py|x.py  |x.py\t|!x.py
\\!x.py|#x.py|\\#x.py|//x.py|dags//x.py|d?gs/|*a*s|x.[p]y|x.p?|[x|]x.py[|x[.py|x].py|x.py/|/x.py|/**/x.py|dags/x.py/|a/**/x.py|*.p*y|[]x].py|[!]a].py|*x.py*
""".replace("\n", "|").split("|")


def place(sandbox: Sandbox) -> GitWorkTree:
    return place_in(GitCommand(sandbox.root), locate(sandbox.root))


def test_git_is_asked_of_each_rule_by_which_it_ignores(sandbox: Sandbox) -> None:
    here, paths = place(sandbox), []
    for number, rule in enumerate(IGNORING):
        paths.append(f"d{number}/dags/x.py")
        (sandbox.root / paths[-1]).parent.mkdir(parents=True)
        (sandbox.root / f"d{number}" / ".gitignore").write_text(f"other\n{rule}\r\n", "utf-8")
    command = ["git", "-C", str(sandbox.root), "check-ignore", "--no-index", "--stdin"]
    given = "\n".join(paths).encode()
    said = subprocess.run(command, input=given, capture_output=True, check=True)
    ignored = set(said.stdout.decode().splitlines())
    assert len(ignored) > len(IGNORING) / 2
    assert ignored <= {path for path in paths if may_ignore(here, NONE, [path])}


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        (b"x.py\0other\n", "dags/x.py"),
        ("*.pyc\n".encode("utf-16-le"), "dags/x.py"),
        (b"??/\n", "\u00e9/x.py"),
    ],
)
def test_git_is_asked_of_rules_by_bytes(sandbox: Sandbox, rules: bytes, path: str) -> None:
    (sandbox.root / ".gitignore").write_bytes(rules)
    assert sandbox.git("check-ignore", "--no-index", "-q", path) == ""
    assert may_ignore(place(sandbox), NONE, [path])


def test_git_is_asked_where_the_folder_of_the_user_is_relative(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "settings")
    for asks in (may_ignore, may_change):
        assert asks(place(sandbox), NONE, ["dags/x.py"])


def test_git_is_not_asked_of_rules_for_other_files(sandbox: Sandbox) -> None:
    for folder in (".git/info", "dags"):
        (sandbox.root / folder).mkdir(exist_ok=True)
    for file in (".gitignore", "dags/.gitignore", ".git/info/exclude"):
        (sandbox.root / file).write_text(OF_PYTHON, "utf-8")
    assert not may_ignore(place(sandbox), NONE, ["dags/x.py"])


@pytest.mark.parametrize(
    "text",
    [
        "*.py working-tree-encoding=UTF-16",
        "[attr]odd working-tree-encoding=UTF-16",
        "*.py ident",
    ],
)
def test_git_is_asked_where_an_attribute_may_change_a_file(sandbox: Sandbox, text: str) -> None:
    assert not may_change(place(sandbox), NONE, ["dags/x.py"])
    (sandbox.root / ".gitattributes").write_text("*.py text eol=lf\n", "utf-8")
    assert not may_change(place(sandbox), NONE, ["dags/x.py"])
    (sandbox.root / "dags").mkdir()
    for file in (".gitattributes", "dags/.gitattributes", ".git/info/attributes"):
        (sandbox.root / file).parent.mkdir(exist_ok=True)
        (sandbox.root / file).write_text(text, "utf-8")
        assert may_change(place(sandbox), NONE, ["dags/x.py"])
        (sandbox.root / file).unlink()


def test_a_filter_counts_where_a_setting_says_what_it_runs(sandbox: Sandbox) -> None:
    (sandbox.root / ".gitattributes").write_text("*.py filter=odd\n", "utf-8")
    here = place(sandbox)
    assert not may_change(here, NONE, ["dags/x.py"])
    with_filter = Configuration({"filter.odd.clean": "rev"}, frozenset())
    assert may_change(here, with_filter, ["dags/x.py"])


@pytest.mark.parametrize(
    ("setting", "asks"), [("excludesFile", may_ignore), ("attributesFile", may_change)]
)
def test_the_files_of_the_user_count(sandbox: Sandbox, setting: str, asks: object) -> None:
    file = sandbox.root.parent / "rules"
    file.write_text("*.py working-tree-encoding=UTF-16\n*.py\n", "utf-8")
    here = place(sandbox)
    for value, expected in (("/nowhere/at/all", False), (str(file), True), ("rules", True)):
        sandbox.git("config", f"core.{setting}", value)
        configuration = read_configuration(here.git)
        assert asks(here, configuration, ["dags/x.py"]) is expected  # type: ignore[operator]


@pytest.mark.parametrize("file", [".gitignore", ".gitattributes"])
def test_git_is_asked_where_a_file_with_rules_is_none_or_large(sandbox: Sandbox, file: str) -> None:
    asks = may_ignore if file == ".gitignore" else may_change
    (sandbox.root / file).symlink_to("other")
    assert asks(place(sandbox), NONE, ["dags/x.py"])
    (sandbox.root / file).unlink()
    (sandbox.root / file).write_text("# \n" * 30_000, "utf-8")
    assert asks(place(sandbox), NONE, ["dags/x.py"])
