"""`edit`: the author's text in an editor, checked, then the next version; no text is lost."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import termios
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

from dagctl.cli.terminal import editor
from dagctl.errors import ExitCode
from tests.lifecycle.conftest import LOAD, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Shell

SPEC, FILE = "specs/orders.yaml", "dags/orders.py"
ON_ONE = pytest.mark.parametrize("empty", ["local"], indirect=True)


def hear_of_hang_ups() -> None:
    """Let a process take SIGHUP even where the tests run under `nohup`."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Desk:
    """A user at a real terminal, whose editor is a script."""

    def __init__(self, user: Shell) -> None:
        self.user = user
        self.code = 0
        self.modes = 0
        """The local modes of the terminal afterwards (`man termios`)."""

    def edit(
        self,
        script: str,
        *arguments: str,
        answers: str = "",
        meanwhile: Callable[[pexpect.spawn[str]], object] | None = None,
        **environ: str,
    ) -> str:
        """Run `edit` with a shell script as the editor, and return what is on the terminal.

        `meanwhile` is called once the script has printed `typing`.
        """
        program = self.user.write("../bin/my editor", f"#!/bin/sh\nset -e\n{script}\n")
        program.chmod(0o755)
        child = pexpect.spawn(
            sys.executable,
            ["-m", "dagctl", "--no-progress", "edit", "orders", *arguments],
            cwd=str(self.user.folder),
            env={**self.user.environ, "EDITOR": f"'{program.resolve()}' -x", "NO_COLOR": "1"}
            | environ,
            dimensions=(50, 400),
            encoding="utf-8",
            timeout=60,
            preexec_fn=hear_of_hang_ups,
        )
        said = ""
        for answer in answers:
            child.expect("Go on editing")
            said += child.before or ""
            child.sendline(answer)
        if meanwhile is not None:
            child.expect("typing")
            meanwhile(child)
        if child.child_fd >= 0:
            child.expect(pexpect.EOF)
            self.modes = termios.tcgetattr(child.child_fd)[3]
            child.wait()
        child.close()
        self.code = child.exitstatus or 0
        return (said + (child.before or "")).replace("\r\n", "\n")

    def version(self) -> int:
        (dag,) = self.user.json("list")["dags"]
        return int(dag["version"])

    def text(self) -> str:
        return (self.user.folder / SPEC).read_text()


@pytest.fixture
def desk(user: Shell, tmp_path: Path) -> Desk:
    (tmp_path / "tmp").mkdir()
    user.environ["TMPDIR"] = str(tmp_path / "tmp")
    return Desk(user)


def left(desk: Desk) -> list[str]:
    """Return the texts that are left in temporary files."""
    folder = Path(desk.user.environ["TMPDIR"])
    return [file.read_text() for file in folder.glob("dagctl-edit-*/*")]


def test_an_edited_text_is_the_next_version_and_the_spec_file_follows(desk: Desk) -> None:
    before = desk.text()
    said = desk.edit('test "$1" = -x; sed -i "s/0 3/0 5/; s/author/editor/" "$2"')
    assert desk.code == 0, said
    assert "~ schedule_interval  0 3 * * * -> 0 5 * * *" in said
    assert "Updated orders v4 (" in said
    assert desk.text() == before.replace("0 3", "0 5").replace("author", "editor")
    assert (desk.version(), left(desk)) == (4, [])
    assert "unchanged" in desk.user.ok("create", SPEC).out
    newest = desk.user.json("show", "orders", "--version", "4")["version"]
    assert newest["spec_text"] == desk.text()
    said = desk.edit('sed -i "s/editor/author/" "$2"')
    assert "specs/orders.yaml gets your text; the DAG stays as it is" in said
    assert ("what the author thinks" in desk.text(), desk.version()) == (True, 4)
    (desk.user.folder / SPEC).unlink()
    said = desk.edit('sed -i "s/0 5/0 6/" "$2"')
    assert "what the editor thinks" in desk.text()
    assert "0 6" in desk.text()


@ON_ONE
def test_a_text_with_errors_is_edited_again_or_stays(desk: Desk) -> None:
    before = desk.text()
    said = desk.edit(
        'grep -q dialy "$2" && sed -i s/@dialy/@daily/ "$2" || sed -i "s/0 3.*/@dialy\\"/" "$2"',
        answers="y",
    )
    assert desk.code == 0, said
    assert "did you mean" in said
    assert "Updated orders v4 (" in said
    said = desk.edit('sed -i s/@daily/@nope/ "$2"', answers="n")
    assert desk.code == ExitCode.INVALID
    assert "Nothing was written." in said
    (text,) = left(desk)
    assert "@nope" in text
    assert str(next(Path(desk.user.environ["TMPDIR"]).glob("*/*"))) in said
    assert (desk.version(), desk.text()) == (4, before.replace("0 3 * * *", "@daily"))


@ON_ONE
def test_nothing_is_changed_where_the_editor_fails_or_changes_nothing(desk: Desk) -> None:
    before = (desk.text(), desk.user.git("rev-parse", "HEAD"))
    said = desk.edit("true")
    assert "The text is as it was; nothing to do." in said
    assert "code --wait" in said  # as an editor that goes on in the background would need
    assert desk.code == 0
    said = desk.edit('echo "# more" >> "$2"; exit 3')
    assert desk.code == ExitCode.INTERRUPTED
    assert "the editor `my editor` ended with exit code 3" in said
    assert "state: nothing was changed; your text is in " in said
    assert left(desk)[0].endswith("# more\n")
    said = desk.edit('rm "$2"')
    assert (desk.code, "the editor has removed the file" in said) == (ExitCode.USAGE, True)
    said = desk.edit('sed -i "s/0 3/0 5/" "$2"', "--dry-run")
    assert (desk.code, "update orders v3 -> v4" in said, "Your text is in" in said) == (
        0,
        True,
        True,
    )
    assert (desk.text(), desk.user.git("rev-parse", "HEAD")) == before


@ON_ONE
def test_what_an_editor_saves_beside_the_text_before_it_dies_stays(desk: Desk) -> None:
    said = desk.edit('echo mine > "$(dirname "$2")/.orders.yaml.swp"; stty raw -echo; kill -9 $$')
    assert (desk.code, "was ended by signal 9" in said) == (ExitCode.INTERRUPTED, True), said
    modes = termios.ECHO | termios.ICANON | termios.ISIG
    assert desk.modes & modes == modes  # the terminal is as it was
    (folder,) = Path(desk.user.environ["TMPDIR"]).glob("dagctl-edit-*")
    assert f"your text is in {folder}" in said
    assert (folder / ".orders.yaml.swp").read_text() == "mine\n"


def hang_up(child: pexpect.spawn[str]) -> None:
    """Close the terminal, as a window is closed; wait for the end of what ran in it."""
    child.ptyproc.fileobj.close()  # type: ignore[attr-defined] # its stubs lack it
    child.wait()
    child.child_fd = -1


@ON_ONE
def test_a_signal_while_the_editor_is_open_keeps_what_it_saves_on_its_way_out(desk: Desk) -> None:
    before = (desk.text(), desk.user.git("rev-parse", "HEAD"))
    pid = desk.user.folder.parent / "pid"
    script = f"""
        trap 'trap "" TERM HUP; sleep 0.1; echo "# saved" >> "$2"; exit 1' TERM HUP
        echo $$ > {pid}; echo typing
        while :; do sleep 0.05 || :; done
    """
    for number, end in enumerate((lambda child: child.kill(signal.SIGTERM), hang_up), 1):
        said = desk.edit(script, meanwhile=end)
        assert desk.code == ExitCode.INTERRUPTED, said
        assert left(desk) == [before[0] + "# saved\n"] * number
        assert end is hang_up or "Your text is in " in said
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)
    assert (desk.text(), desk.user.git("rev-parse", "HEAD")) == before


@pytest.mark.parametrize("empty", ["supabase"], indirect=True)
def test_an_update_that_comes_too_late_is_refused_and_the_text_stays(desk: Desk) -> None:
    """While the text is edited somebody publishes another version, or changes the spec file."""
    other = f"{sys.executable} -m dagctl -q create {SPEC}"
    said = desk.edit(f'sed -i "s/0 3/0 7/" {SPEC}; {other}; sed -i "s/0 3/0 5/" "$2"')
    assert desk.code == ExitCode.CONFLICT, said
    assert "your text is in" in said
    assert ("0 5" in left(desk)[0], desk.version(), "0 7" in desk.text()) == (True, 4, True)
    said = desk.edit(f'echo "# mine" >> {SPEC}; sed -i "s/0 7/0 8/" "$2"')
    assert "specs/orders.yaml was changed while its text was edited" in said
    assert (desk.code, desk.version()) == (ExitCode.CONFLICT, 4)
    assert desk.text().endswith("# mine\n")


@ON_ONE
def test_what_cannot_be_edited_is_refused_with_the_next_step(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = desk.user
    refused = user.run("edit", "orders", EDITOR="true")
    assert (refused.code, "there is no terminal" in refused.err) == (ExitCode.USAGE, True)
    assert "change the spec file, then dagctl create" in refused.err
    monkeypatch.setattr(editor, "is_at_terminal", lambda _: True)
    for variables, words in (
        ({"EDITOR": ""}, "no editor is set: VISUAL and EDITOR are empty"),
        ({"EDITOR": "'x"}, "EDITOR cannot be read"),
        ({"VISUAL": "no-editor -w"}, "there is no program `no-editor`, which VISUAL names"),
    ):
        refused = user.run("edit", "orders", **variables)
        assert (refused.code, words in refused.err) == (ExitCode.USAGE, True), refused.err
    file, opened = user.folder / "dags/orders.py", user.folder / "opened"
    file.write_text((whole := file.read_text()).replace("echo load", "echo mine"))
    refused = user.run("edit", "orders", EDITOR=f"touch {opened} #")
    assert (refused.code, "was changed since dagctl wrote it" in refused.err) == (7, True)
    file.write_text(whole)
    user.git("checkout", "-q", "--detach")
    refused = user.run("edit", "orders", EDITOR=f"touch {opened} #")
    assert (refused.code, "HEAD is on no branch" in refused.err) == (ExitCode.CONFLICT, True)
    assert not opened.exists()
    user.git("checkout", "-q", "-")
    said = desk.edit('echo "dag_id: sales" >> "$2"')
    assert (desk.code, "`dagctl mv orders sales` renames it" in said) == (ExitCode.CONFLICT, True)
    user.ok("rm", "orders")
    refused = user.run("edit", "orders", EDITOR="true")
    assert (refused.code, "restore orders" in refused.err) == (ExitCode.CONFLICT, True)
    user.ok("rm", "orders", "--purge", "--yes")
    refused = user.run("edit", "orders", EDITOR="true")
    assert (refused.code, "`orders` is recorded" in refused.err) == (ExitCode.NOT_FOUND, True)


@ON_ONE
def test_a_changed_spec_file_is_edited_as_it_is_and_a_dag_without_one_from_the_record(
    desk: Desk,
) -> None:
    write(desk.user, "0 4 * * *", LOAD)
    said = desk.edit('sed -i "s/0 4/0 9/" "$2"', "-o", "json")
    document = json.loads(re.sub(r"^[^{]*", "", said))
    assert [(dag["dag_id"], dag["version"]) for dag in document["result"]["dags"]] == [
        ("orders", 4)
    ]
    assert "0 9" in desk.text()
    text = desk.text()
    (desk.user.folder / SPEC).unlink()
    desk.user.ok("rm", "orders", "--purge", "--yes")
    desk.user.ok("create", "-", stdin=text)
    assert desk.edit('sed -i "s/0 9/0 1/" "$2"').count("Updated orders v2") == 1
    assert not (desk.user.folder / SPEC).exists()
    assert "0 1 * * *" in desk.user.ok("show", "orders", "--spec").out
