"""Promise 9: nothing in a repository is obeyed. Each hostile repository, each command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dagctl.cli import command_table
from dagctl.cli.arguments.grouping import verb_named
from dagctl.cli.program import command as program
from tests.attacks.commands import COMMANDS, QUICK
from tests.attacks.hostile_files import linked
from tests.attacks.repositories import REPOSITORIES
from tests.attacks.victim import Attack, run_all

if TYPE_CHECKING:
    from tests.attacks.victim import Victim

KEY = "sb_publishable_x"


def test_every_command_verb_and_option_is_run_in_hostile_repositories() -> None:
    verbs = [entry.name for entry in command_table.VERBS]
    assert set(COMMANDS) == {*command_table.COMMANDS, *verbs}
    for name, lines in COMMANDS.items():
        noun: Any = program
        built = verb_named(name) if " " in name else noun.commands[name]
        assert built is not None
        given = {word for line in lines for word in line}
        options = [each for each in built.params if each.param_type_name == "option"]
        tried = [{*each.opts, *each.secondary_opts} & given for each in options]
        assert [each.name for each, some in zip(options, tried, strict=True) if not some] == [], (
            name
        )


@pytest.mark.parametrize("name", REPOSITORIES)
def test_promise_9_nothing_outside_of_the_workspace_is_changed(victim: Victim, name: str) -> None:
    attack = REPOSITORIES[name]
    shell = victim.meets(attack)
    before = victim.everything()
    run_all(shell, QUICK)
    victim.check_nothing_outside(before, work=attack.below)


@pytest.mark.sweep
@pytest.mark.parametrize("name", REPOSITORIES)
def test_promise_9_no_command_changes_anything_outside(victim: Victim, name: str) -> None:
    attack = REPOSITORIES[name]
    shell = victim.meets(attack)
    for command in COMMANDS:
        before = victim.everything()
        run_all(shell, [command])
        victim.check_nothing_outside(before, work=attack.below)


def test_promise_9_a_link_beside_the_settings_is_not_written_through(victim: Victim) -> None:
    shell = victim.meets(Attack(commit=linked(".dagctl.toml.new", "../../precious.txt")))
    before = victim.everything()
    done = shell.run("link", "--no-check", "--url", "https://abc.supabase.co", "--key", KEY)
    assert done.code == 0, done.err
    now = victim.everything()
    changed = {path for path in before if now.get(path) != before[path]}
    assert changed == {"work/clone/dagctl.toml"}
    assert 'url = "https://abc.supabase.co"' in (victim.clone / "dagctl.toml").read_text()


def test_promise_9_no_archive_is_written_behind_a_link(victim: Victim) -> None:
    shell = victim.meets(Attack(commit=linked("converted", "../../empty")))
    assert shell.run("create", "specs/demo.yaml").code == 0
    before = victim.everything()
    done = shell.run("export", "demo", "-o", "converted/demo.zip")
    assert (done.code, "leads out of the workspace, through a link" in done.err) == (7, True)
    victim.check_nothing_outside(before)
