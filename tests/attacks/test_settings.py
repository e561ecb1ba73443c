"""Hostile values of every key of `dagctl.toml`: each is refused in words, or means no more."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.attacks.repositories import settings
from tests.attacks.victim import Attack, run_all, script

if TYPE_CHECKING:
    from pathlib import Path

    from tests.attacks.victim import Victim

SECONDS = 20.0
"""Processor time of all commands together."""
MANY = ", ".join(f'"b{n}"' for n in range(20_000))
HOSTILE: dict[str, str] = {
    **{
        f"remote {name}": f"[git]\npush = 'always'\nremote = '{name}'"
        for name in (
            "ext::sh -c {home}/program",
            "--upload-pack={home}/program",
            "{home}/projects/other",
            "../../projects/other",
            "file://{home}/projects/other",
            ".",
            "",
            "-",
            "a" * 5_000,
        )
    },
    "a remote of lines": '[git]\nremote = "origin\\n[core]\\n\\tfsmonitor = {home}/program"',
    "a remote that is a list": "[git]\nremote = ['origin']",
    "a push to where the clone is from": "[git]\npush = 'always'\npublish_from = ['*']",
    "a push without end": "[git]\npush = 'always'\ntimeout = inf",
    "a push of no time": "[git]\ntimeout = nan",
    "many branches": f"[git]\npublish_from = [{MANY}]",
    "branches that are numbers": "[git]\npublish_from = [1, true, []]",
    **{
        f"Airflow {version!r}": f"airflow = {version}"
        for version in (
            '"3.1; import os"',
            '"../../../projects"',
            "3.1",
            "[3]",
            '"\\u0663.1"',
            '"3.' + "9" * 5_000 + '"',
        )
    },
    **{
        f"provider {name[:40]}": f'[airflow]\nproviders = {{"{name}" = "{version}"}}'.replace(
            "{", "{{"
        ).replace("}", "}}")
        for name, version in (
            ("../../../../etc/passwd", "1.0"),
            ("amazon/../amazon", "9.4.0"),
            ("amazon", "9.4.0; import os"),
            ("amazon", "../../x"),
            ("amazon", "9" * 5_000),
            ("__class__", "1"),
            ("\\u0000", "1"),
        )
    },
    "many providers": "[airflow.providers]\n" + "\n".join(f'p{n} = "1"' for n in range(20_000)),
    **{
        f"template source {git[:40]}": f'[templates.evil]\ngit = "{git}"\ncommit = "{"1" * 40}"'
        for git in (
            "ext::sh -c {home}/program",
            "--upload-pack={home}/program",
            "ssh://-oProxyCommand={home}/program/x",
            "x@-oProxyCommand={home}/program:x",
            "file:///{home}/projects/other",
            "fd::7",
            "https://user:AKIAIOSFODNN7EXAMPLE@127.0.0.1:9/x",
            "https://127.0.0.1:9/\\u0000",
        )
    },
    **{
        f"template folder {folder}": f"[templates.evil]\nfolder = '{folder}'"
        for folder in ("../../projects", "{home}/.aws", ".git", ".git/dagctl", "", ".", "specs/..")
    },
    "a template source with a program for a ref": (
        "[templates.evil]\ngit = 'file:///{home}/projects/other'\nref = '--exec={home}/program'"
    ),
    "a template source of another name": "[templates.'../x']\nfolder = 'specs'",
    "many template sources": "\n".join(f"[templates.e{'a' * n}]" for n in range(2_000)),
    "checks of other kinds": "[checks]\nstrict = 'yes'\nignore = 5",
    "many ignored checks": f"[checks]\nignore = [{MANY}]",
    "an ignored check of lines": '[checks]\nignore = ["DAG454\\u001b[2J"]',
    "variables of other kinds": "[vars]\na = 2024-01-01\nb = [[[1]]]\nc = inf\nd = " + "9" * 20,
    "variables with other names": "[vars]\n__class__ = 1\n'a.b' = 1\n'' = 1\n'\u202e' = 1",
    "variables in circles": "[vars]\na = '${{{{ vars.b }}}}'\nb = '${{{{ vars.a }}}}'",
    "many variables": "[vars]\n" + "\n".join(f"v{n} = {n}" for n in range(20_000)),
    "environments with other names": "[env.'../x'.vars]\na = 1\n[env.''.vars]\na = 1",
    "many environments": "\n".join(f"[env.e{n}.vars]\na = {n}" for n in range(5_000)),
    "an environment that is a list": "[[env.prod]]\na = 1",
    "a bucket of another": "[supabase]\nbucket = '../x'",
    "a url with a password": "[supabase]\nurl = 'https://a:b@127.0.0.1:9'",
    "a key that opens all": "[supabase]\npublishable_key = 'sb_secret_0123456789'",
    "waits of no time": "lock_timeout = -1",
    "waits that are no number": "lock_timeout = nan",
}
NAMES = ("list", "recover", "create", "show", "validate", "render", "doctor", "templates", "pull")


@pytest.mark.sweep
@pytest.mark.parametrize("name", HOSTILE)
def test_promise_9_no_setting_leads_anywhere(victim: Victim, tmp_path: Path, name: str) -> None:
    del tmp_path
    script(victim.home / "program", victim.home)
    shell = victim.meets(Attack(commit=settings(HOSTILE[name])))
    before, began = victim.everything(), time.process_time()
    done = run_all(shell, NAMES)
    done += [shell.run("templates", "fetch"), shell.run("create", "--push", "specs")]
    assert all(one.code != 1 and "\x1b" not in one.out + one.err for one in done)
    assert max(len(one.err) for one in done) < 20_000
    assert time.process_time() - began < SECONDS
    assert not (victim.home / "PWNED").exists()
    victim.check_nothing_outside(before)
