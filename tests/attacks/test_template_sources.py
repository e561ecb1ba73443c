"""Hostile repositories of templates: what is fetched is text within bounds, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.attacks.victim import CANARY, Attack, Victim, script, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Shell

GOOD = """\
template: {name: good, version: 1, parameters: {name: {type: string}}}
dag_name: ${{ params.name }}
tasks:
- {task_id: a, bash_command: echo a}
"""
COMMANDS = (
    ["templates", "fetch"],
    ["templates"],
    ["templates", "show", "evil/good"],
    ["new", "Fresh", "--template", "evil/good"],
    ["validate", "specs"],
    ["create", "specs"],
    ["templates", "outdated"],
)


def commit(root: Path, victim: Victim) -> None:
    """Commit everything there is."""
    victim.git("add", "-A", cwd=root)
    victim.git("commit", "-qm", "Templates", cwd=root)


def names(root: Path, victim: Victim) -> None:
    """Commit files whose names lead elsewhere, steer a terminal, or are no names of templates."""
    del victim
    for name in ("\x1b[2J.yaml", "a\nb.yaml", ".yaml", "-rf.yaml", "$(id).yaml", "GOOD.YAML"):
        write(root / "t" / name, GOOD.replace("good", f"n{len(name)}"))
    for number, name in enumerate(("../../x", "good\\n", "\\u202egood", "a/b", "")):
        write(root / f"t/{number}.yaml", GOOD.replace("name: good", f'name: "{name}"'))


def links(root: Path, victim: Victim) -> None:
    """Commit links to secrets of the victim's, and a link in place of a folder."""
    write(victim.home / ".aws/keys.yaml", f"template: {{name: {CANARY}, version: 1}}\n")
    for name in ("t/aws.yaml", "t/sub"):
        (root / name).symlink_to(victim.home / ".aws" / ("keys.yaml" if "." in name else ""))


def not_files(root: Path, victim: Victim) -> None:
    """Commit a submodule with the name of a template, and modules that run programs."""
    commit(root, victim)
    entry = f"160000,{'1' * 40},t/module.yaml"
    victim.git("update-index", "--add", "--cacheinfo", entry, cwd=root)
    write(root / ".gitmodules", '[submodule "x"]\n\tpath = t/module.yaml\n\turl = ext::sh\n')


def programs(root: Path, victim: Victim) -> None:
    """Commit attributes; let settings and hooks of the repository itself name programs."""
    write(root / ".gitattributes", "* filter=evil diff=evil working-tree-encoding=latin-1 ident\n")
    program = script(root / "t/x", victim.home)
    commit(root, victim)
    for key in (
        "core.fsmonitor",
        "core.sshCommand",
        "core.alternateRefsCommand",
        "uploadpack.packObjectsHook",
        "filter.evil.smudge",
        "filter.evil.process",
        "core.pager",
    ):
        victim.git("config", key, str(program), cwd=root)
    for hook in ("post-upload-pack", "reference-transaction", "pre-auto-gc", "post-checkout"):
        script(root / ".git/hooks" / hook, victim.home)


def too_many(root: Path, victim: Victim) -> None:
    """Commit more templates than there may be."""
    del victim
    for number in range(1_001):
        write(root / f"t/t{number}.yaml", GOOD.replace("good", f"t{number}"))


def too_large(root: Path, victim: Victim) -> None:
    """Commit a template that is larger than one may be."""
    del victim
    write(root / "t/large.yaml", GOOD + "#" * 400_000)


def bombs(root: Path, victim: Victim) -> None:
    """Commit texts that are small, and large once they are read."""
    del victim
    layers = "".join(f"x{n}: &a{n} [{f'*a{n - 1},' * 9}]\n" for n in range(1, 12))
    write(root / "t/aliases.yaml", GOOD.replace("good", "aliases") + f"x0: &a0 [1]\n{layers}")
    write(root / "t/deep.yaml", GOOD.replace("good", "deep") + f"x: {'[' * 5_000}{']' * 5_000}\n")
    write(root / "t/number.yaml", GOOD.replace("version: 1", f"version: {'9' * 5_000}"))
    rules = "{name: {type: string, pattern: '(a+)+$', default: " + "a" * 60 + "!}}"
    write(root / "t/rules.yaml", GOOD.replace("{name: {type: string}}", rules))


SOURCES: dict[str, tuple[Callable[[Path, Victim], None], str]] = {
    "names": (names, "HEAD"),
    "links": (links, "HEAD"),
    "submodules": (not_files, "HEAD"),
    "attributes, settings and hooks": (programs, "HEAD"),
    "too many": (too_many, "HEAD"),
    "too large": (too_large, "HEAD"),
    "bombs": (bombs, "HEAD"),
    "a tree for a commit": (links, "HEAD^{tree}"),
    "a file for a commit": (links, "HEAD:t/good.yaml"),
}


@pytest.fixture
def meet(victim: Victim, tmp_path: Path) -> Callable[[str], Shell]:
    """Return what lets the victim clone a workspace with such a source."""

    def met(name: str) -> Shell:
        build, pinned = SOURCES[name]
        evil = tmp_path / "evil"
        victim.git("init", "-q", str(evil), cwd=tmp_path)
        write(evil / "t/good.yaml", GOOD)
        build(evil, victim)
        if build is not programs:
            commit(evil, victim)
        pin = victim.git("rev-parse", pinned, cwd=evil)
        table = f'[templates.evil]\ngit = "file://{evil}"\nfolder = "t"\ncommit = "{pin}"\n'

        def act(root: Path, victim: Victim) -> None:
            del victim
            config = root / "dagctl.toml"
            config.write_text(config.read_text() + table)
            write(root / "specs/use.yaml", "use: evil/good@1\nwith: {name: Used}\n")

        return victim.meets(Attack(commit=act))

    return met


@pytest.mark.sweep
@pytest.mark.parametrize("name", SOURCES)
def test_promise_9_a_source_of_templates_is_text_and_nothing_else(
    victim: Victim, meet: Callable[[str], Shell], name: str
) -> None:
    shell = meet(name)
    before = victim.everything()
    for command in COMMANDS:
        done = shell.run(*command)
        assert done.code != 1, done.err
        assert CANARY not in done.out + done.err
        assert "\x1b" not in done.out + done.err
    assert not (victim.home / "PWNED").exists()
    victim.check_nothing_outside(before)
