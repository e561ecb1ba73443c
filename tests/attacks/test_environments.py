"""Hostile folders around a good environment: its secrets go only where it says itself."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from dagctl.errors import ExitCode
from tests.cli.conftest import GOOD, shell, workspace
from tests.session.people import ADA, PASSWORD, PROJECT
from tests.stand_in import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Shell
    from tests.postgres.server import Server

__all__ = ["shell", "workspace"]

CANARY = "pw-canary-7Q"
COMMANDS = {
    "list": ["list"],
    "list as JSON": ["list", "--output", "json"],
    "show": ["show", "orders"],
    "create": ["create", "specs/orders.yaml"],
    "create --dry-run": ["create", "--dry-run", "specs/orders.yaml"],
    "whoami": ["whoami"],
    "whoami --check": ["whoami", "--check"],
    "login by a pipe": ["login", "--password-stdin"],
    "login by a pipe with an address": ["login", "--password-stdin", "--email", ADA],
}


@pytest.fixture(scope="module")
def evil_server(postgres_cluster: Server, project_template: str) -> Iterator[StandIn]:
    name = postgres_cluster.create_database(project_template)
    with StandIn(postgres_cluster.url_of(name)) as server:
        yield server
    postgres_cluster.drop_database(name)


@pytest.fixture
def evil(evil_server: StandIn) -> StandIn:
    """A server of somebody else."""
    evil_server.requests.clear()
    return evil_server


@pytest.fixture
def hostile(shell: Shell, evil: StandIn) -> Shell:
    """Return a user in a clone whose settings name the server of somebody else."""
    shell.git("init", "--quiet")
    shell.write("dagctl.toml", config(evil.url, evil.publishable_key))
    shell.write("specs/orders.yaml", GOOD)
    return shell


def config(url: str, key: str) -> str:
    table = f'[supabase]\nurl = "{url}"\npublishable_key = "{key}"\n'
    return f'project_id = "{PROJECT}"\nbackend = "supabase"\n\n{table}'


def secrets(source: str, evil: StandIn) -> dict[str, str]:
    """Return an environment that holds a secret and no URL."""
    if source == "password":
        return {"DAGCTL_EMAIL": ADA, "DAGCTL_PASSWORD": CANARY}
    token = token_of(evil)
    if source == "token of another server":
        token = with_issuer(token, "https://abcdefgh.supabase.co/auth/v1")
    return {"DAGCTL_ACCESS_TOKEN": token}


@pytest.mark.parametrize("source", ["password", "token", "token of another server"])
def test_a_secret_of_the_environment_does_not_go_to_a_url_of_the_folder(
    hostile: Shell, evil: StandIn, source: str
) -> None:
    environ = secrets(source, evil)
    for command, arguments in COMMANDS.items():
        if "login" in command and source != "password":
            continue  # a login uses no token
        done = hostile.run(*arguments, stdin=CANARY, **environ)
        said = done.out + done.err
        assert done.code == ExitCode.NOT_SIGNED_IN, (command, said)
        assert evil.requests.count() == 0, command
        assert "DAGCTL_SUPABASE_URL" in said, command
        assert not any(value in said for value in {*environ.values(), CANARY} - {ADA}), command


def test_doctor_reports_a_secret_that_the_folder_would_send_away(
    hostile: Shell, evil: StandIn
) -> None:
    done = hostile.run("doctor", **secrets("password", evil))
    assert "set DAGCTL_SUPABASE_URL" in done.out + done.err
    assert evil.requests.count("POST") == 0


@pytest.mark.parametrize("place", ["-C", "folder above", "user file"])
def test_no_other_file_names_the_server_of_a_secret(
    hostile: Shell, evil: StandIn, place: str
) -> None:
    environ = {"DAGCTL_EMAIL": ADA, "DAGCTL_PASSWORD": CANARY}
    arguments = ["list"]
    if place == "-C":
        arguments = ["-C", str(hostile.folder), "list"]
        hostile.folder = hostile.folder.parent
    elif place == "folder above":
        hostile.folder = hostile.folder / "specs"
    else:
        text = (hostile.folder / "dagctl.toml").read_text()
        hostile.write("dagctl.toml", f'project_id = "{PROJECT}"\nbackend = "supabase"\n')
        hostile.write("config/dagctl/config.toml", text.replace(f'project_id = "{PROJECT}"', ""))
        environ["XDG_CONFIG_HOME"] = str(hostile.folder / "config")
    done = hostile.run(*arguments, **environ)
    assert done.code == ExitCode.NOT_SIGNED_IN, done.err
    assert evil.requests.count() == 0


def test_a_linked_folder_is_still_a_folder(shell: Shell, evil: StandIn) -> None:
    shell.ok("init", "--project-id", PROJECT)
    shell.ok("link", "--url", evil.url, "--key", evil.publishable_key)
    evil.requests.clear()
    done = shell.run("list", DAGCTL_EMAIL=ADA, DAGCTL_PASSWORD=CANARY)
    assert done.code == ExitCode.NOT_SIGNED_IN
    assert evil.requests.count() == 0


def test_the_url_of_the_environment_wins_over_that_of_the_folder(
    hostile: Shell, evil: StandIn, stand_in: StandIn
) -> None:
    stand_in.add_member(PROJECT, stand_in.add_user(ADA, PASSWORD))
    environ = {
        "DAGCTL_SUPABASE_URL": stand_in.url,
        "DAGCTL_SUPABASE_KEY": stand_in.publishable_key,
        "DAGCTL_EMAIL": ADA,
        "DAGCTL_PASSWORD": PASSWORD,
    }
    for arguments in (["whoami", "--check"], ["create", "specs/orders.yaml"], ["list"]):
        done = hostile.run(*arguments, **environ)
        assert done.code == 0, done.err
    assert evil.requests.count() == 0


def test_a_token_without_an_issuer_goes_to_the_url_of_the_environment_only(
    hostile: Shell, evil: StandIn
) -> None:
    token = no_issuer(token_of(evil))
    done = hostile.run("list", DAGCTL_ACCESS_TOKEN=token)
    assert done.code == ExitCode.NOT_SIGNED_IN
    assert evil.requests.count() == 0
    done = hostile.run("list", DAGCTL_ACCESS_TOKEN=token, DAGCTL_SUPABASE_URL=evil.url)
    assert evil.requests.count() > 0
    assert token not in done.err


@pytest.mark.parametrize("issuer", ["https://abcdefgh.supabase.co", "http://kong:8000"])
def test_a_token_of_another_issuer_does_not_go_to_a_loopback_url(
    hostile: Shell, evil: StandIn, issuer: str
) -> None:
    token = with_issuer(token_of(evil), f"{issuer}/auth/v1")
    done = hostile.run("list", DAGCTL_ACCESS_TOKEN=token, DAGCTL_SUPABASE_URL=evil.url)
    assert done.code == ExitCode.NOT_SIGNED_IN
    assert "was issued by another server" in done.err
    assert evil.requests.count() == 0


# --- What is shown --------------------------------------------------------------------------------

LOUD_HOOK = f"""#!/bin/sh
echo "the password is {CANARY}" >&2
echo "password=other-{CANARY[3:]}&x=1" >&2
echo "PGPASSWORD='third-{CANARY[3:]}'; https://ci:fourth-{CANARY[3:]}@example.com" >&2
exit 1
"""


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_a_hook_prints_shows_no_secret(workspace: Shell, form: str) -> None:
    workspace.write(".git/hooks/pre-commit", LOUD_HOOK).chmod(0o755)
    arguments = ["--debug", "create", "specs/orders.yaml", "--output", form]
    done = workspace.run(*arguments, DAGCTL_PASSWORD=CANARY)
    assert done.code == ExitCode.CONFLICT
    assert "the pre-commit hook refused the commit" in done.out + done.err
    assert CANARY[3:] not in done.out + done.err


def test_a_hook_that_prints_without_end_shows_its_end_without_a_secret(workspace: Shell) -> None:
    hook = f"#!/bin/sh\nyes 'pw {CANARY} {'x' * 80}' | head -c 3000000 >&2\nexit 1\n"
    workspace.write(".git/hooks/pre-commit", hook).chmod(0o755)
    done = workspace.run("create", "specs/orders.yaml", DAGCTL_PASSWORD=CANARY)
    assert done.code == ExitCode.CONFLICT
    assert CANARY not in done.err
    assert len(done.err) < 10_000


def test_an_argument_that_is_a_secret_is_not_repeated(workspace: Shell) -> None:
    for arguments in (["show", CANARY], ["list", CANARY], [CANARY], ["create", CANARY]):
        done = workspace.run(*arguments, DAGCTL_PASSWORD=CANARY)
        assert done.code != 0
        assert CANARY not in done.out + done.err, arguments


@pytest.mark.parametrize("form", ["text", "concise", "json", "github", "sarif"])
def test_a_secret_in_a_spec_is_reported_by_its_place_and_never_shown(
    workspace: Shell, form: str
) -> None:
    secret = f"ghp_{'a1B2c3D4e5F6' * 3}"
    text = GOOD.replace("echo load", f"curl -u ci:{secret} https://example.com {{{{ nothing }}}}")
    workspace.write("specs/orders.yaml", text)
    done = workspace.run("validate", "specs/orders.yaml", "--output", form)
    said = done.out + done.err
    assert done.code in {ExitCode.OK, ExitCode.INVALID}
    assert "DAG150" in said
    assert "DAG456" in said  # another finding about the same line
    assert secret not in said
    assert secret[:12] not in said
    done = workspace.run("create", "specs/orders.yaml")
    assert secret[:12] not in done.out + done.err
    assert "DAG150" in done.err


def token_of(server: StandIn) -> str:
    """Return an access token of a new user."""
    return server.token(server.add_user(f"{uuid4()}@example.com", None))


def no_issuer(token: str) -> str:
    return changed(token, lambda claims: claims.pop("iss"))


def with_issuer(token: str, issuer: str) -> str:
    return changed(token, lambda claims: claims.update(iss=issuer))


def changed(token: str, change: Callable[[dict[str, object]], object]) -> str:
    """Return a token with other claims; its signature is wrong, which only the server can see."""
    head, body, signature = token.split(".")
    claims = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    change(claims)
    text = urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{head}.{text}.{signature}"
