"""What `doctor` says about the remote that operations push to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import ExitCode

if TYPE_CHECKING:
    from dagctl.commands.doctor import HealthFinding
    from tests.push.conftest import Clone, Remote


def seen(clone: Clone, name: str = "remote") -> HealthFinding:
    with clone.open() as client:
        return next(finding for finding in client.doctor() if finding.name == name)


def test_doctor_looks_whether_a_commit_could_be_pushed(clone: Clone, remote: Remote) -> None:
    clone.create(clone.spec("specs/orders.yaml"))
    remote.push()
    assert seen(clone).message == "origin answers, and main has no commit that it lacks"
    assert seen(clone, "commits").message.endswith("in this branch and on a remote")
    with clone.open() as client:
        client.create(clone.spec("specs/sales.yaml", "Sales"), push=False)
    ahead = seen(clone)
    assert (ahead.state, ahead.exit_code) == ("failed", ExitCode.CONFLICT)
    assert ahead.message.startswith("main has 1 commit that origin/main does not have")
    assert ahead.fix == "git pull --rebase, then git push, then again"
    remote.path.rename(remote.path.with_name("elsewhere"))
    away = seen(clone)
    assert (away.state, away.exit_code) == ("failed", ExitCode.UNAVAILABLE)
    assert away.message.startswith("the remote origin cannot be reached")
    clone.git("remote", "remove", "origin")
    assert "git knows no remote `origin`" in seen(clone).message
    (clone.root / "dagctl.toml").write_text(
        (clone.root / "dagctl.toml").read_text().replace("always", "never")
    )
    with clone.open() as client:
        assert "remote" not in {finding.name for finding in client.doctor()}
