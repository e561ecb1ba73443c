"""Secrets in plain text are found at their place, and no output quotes them."""

from __future__ import annotations

import json

import jwt
import pytest
import yaml

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.spec.load import check_spec

BODY = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6kL9n"
"""Letters and digits, as tokens have them; whole tokens would alarm those who scan this file."""
SECRETS = {
    "AWS id": "AKIA" + "IOSFODNN7EXAMPLE",
    "AWS id of a session": "ASIA" + "IOSFODNN7EXAMPLE",
    "AWS key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY",
    "GitHub": "ghp_" + BODY[:36],
    "GitHub app": "ghs_" + BODY[:36],
    "GitHub fine-grained": "github_pat_" + BODY,
    "GitLab": "glpat-" + BODY[:20],
    "Supabase key": "sb_secret_" + BODY[:31],
    "Supabase access": "sbp_" + "0123456789" * 4,
    "Slack": "xoxb-" + "123456789012-" + BODY[:24],
    "Stripe": "sk_live_" + BODY[:24],
    "Google": "AIza" + BODY[:35],
    "npm": "npm_" + BODY[:36],
    "PyPI": "pypi-AgEI" + BODY * 2,
    "Databricks": "dapi" + "0123456789abcdef" * 2,
    "Vault": "hvs." + BODY[:24],
    "Hugging Face": "hf_" + BODY[:34],
    "SendGrid": f"SG.{BODY[:22]}.{BODY}{BODY[:3]}",
    "JWT": jwt.encode({"sub": "x", "role": "authenticated"}, "k" * 32, "HS256"),
    "URL": "hunter2",
    "URL without a user": "hunter2+x%21",
}
AROUND = {
    "AWS key": "export AWS_SECRET_ACCESS_KEY={} && aws s3 ls",
    "URL": "psql postgresql://ada:{}@db.example.com:5432/x",
    "URL without a user": "redis-cli -u redis://:{}@cache.example.com",
}
PEM = "-----BEGIN {}PRIVATE KEY{}-----\nMIIEowIBAAKCAQEA\n{}\n-----END {}PRIVATE KEY{}-----"


def spec(command: str) -> str:
    task = {"task_id": "a", "task_type": "bash", "bash_command": command}
    return json.dumps({"dag_name": "x", "tasks": [task]}, indent=1)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_found_at_its_place(name: str) -> None:
    secret = SECRETS[name]
    text = spec(AROUND.get(name, "curl -H 'X-Key: {}' example.com").format(secret))

    checked = check_spec(text)

    (found,) = checked.diagnostics
    assert checked.spec is not None
    assert (found.code, found.severity) == (Code.PLAIN_CREDENTIAL, Severity.WARNING)
    assert found.path == ("tasks", 0, "bash_command")
    assert found.line == 7
    assert found.column is not None
    assert found.end_column is not None
    assert text.split("\n")[6][found.column - 1 : found.end_column - 1] == secret
    assert secret not in f"{found.message} {found.hint}"


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", "PGP "])
def test_a_private_key_is_found(kind: str) -> None:
    block = " BLOCK" if kind == "PGP " else ""
    body = "\n      ".join(PEM.format(kind, block, BODY, kind, block).split("\n"))
    text = (
        f"dag_name: x\ntasks:\n  - task_id: a\n    task_type: bash\n    bash_command: |\n"
        f"      cat > key <<'END'\n      {body}\n      END\n"
    )

    (found,) = check_spec(text).diagnostics

    assert (found.code, found.line, found.column) == (Code.PLAIN_CREDENTIAL, 7, 7)


@pytest.mark.parametrize("field", ["dag_name", "description", "owner", "tags", "comment", "python"])
def test_a_secret_is_found_in_every_field(field: str) -> None:
    secret = SECRETS["GitHub"]
    lines = {
        "dag_name": f"dag_name: x {secret}",
        "tags": f"tags: [{secret}]",
        "comment": f"# {secret}",
        "python": f"tasks: [{{task_id: a, task_type: python, python_code: 'return \"{secret}\"'}}]",
    }
    text = lines.get(field, f"{field}: {secret}") + "\n"
    text += "" if field == "dag_name" else "dag_name: y\n"
    text += "" if field == "python" else "tasks: [{task_id: a, task_type: bash, bash_command: x}]\n"

    (found,) = check_spec(text).diagnostics

    assert (found.code, found.line) == (Code.PLAIN_CREDENTIAL, 1)


def test_a_token_at_the_start_of_a_line_of_json_text_is_found() -> None:
    (found,) = check_spec(spec(f"echo x\n{SECRETS['GitHub']}\n")).diagnostics
    assert found.code == Code.PLAIN_CREDENTIAL


@pytest.mark.parametrize(
    "command",
    [
        "psql postgresql://ada:$PASSWORD@db/x",
        "psql postgresql://ada:${PASSWORD}@db/x",
        "psql postgresql://ada:{{conn.db.password}}@db/x",
        "psql postgresql://{{ conn.db.login }}:{{ conn.db.password }}@db/x",
        "curl https://$USER:$TOKEN@example.com",
        "curl https://ada:****@example.com",
        "curl https://example.com:8080/@x",
        "git clone git@github.com:a/b.git",
        "ssh ada@example.com",
        "echo sb_publishable_abcdefghijklmnop",
        "echo AKIA and ghp_ and eyJ and sb_secret_...",
        "export AWS_SECRET_ACCESS_KEY=$KEY",
        "echo -----BEGIN CERTIFICATE-----",
        f"sha256sum {'0123456789abcdef' * 4}",
        "echo task-ghp_like_name",
    ],
)
def test_what_only_refers_to_a_secret_is_none(command: str) -> None:
    assert [found.code for found in check_spec(spec(command)).diagnostics] in ([], ["DAG456"])


def test_no_finding_about_a_secret_quotes_it() -> None:
    secret = SECRETS["GitHub"]
    found = check_spec(f"dag_name: x\n{secret}: 1\ntasks: [{{task_id: {secret} b}}]\n").diagnostics

    assert {Code.PLAIN_CREDENTIAL, Code.UNKNOWN_KEY} <= {one.code for one in found}
    assert not [one for one in found if secret in f"{one.message} {one.hint}"]


def test_not_every_secret_of_a_text_full_of_them_is_reported() -> None:
    text = spec(" ".join([SECRETS["GitHub"]] * 500))
    assert len(check_spec(text).diagnostics) == 20


@pytest.mark.parametrize(
    ("task", "secret"),
    [
        ("env: {PGPASSWORD: hunter2}", "hunter2"),
        ("params: {api_key: {type: string, default: abc123}}", "abc123"),
        ("params: {db_password: s3cret}", "s3cret"),
        ('env: {client_secret: "a b c"}', '"a b c"'),
        ("env: {AUTH_TOKEN: abc123}", "abc123"),
        ("env: {PASSWORD: postgresql://bob:hunter2@db/x}", "hunter2"),
    ],
)
def test_a_text_under_the_name_of_a_secret(task: str, secret: str) -> None:
    text = f"dag_name: x\ntasks:\n  - task_id: a\n    bash_command: ls\n    {task}\n"
    found = [each for each in check_spec(text).diagnostics if each.code == "DAG150"]

    assert found[0].severity is Severity.WARNING
    assert text.splitlines()[4][(found[0].column or 0) - 1 :].startswith(secret)


@pytest.mark.parametrize(
    "given",
    [
        *('{A_PASSWORD: ""}', '{PASSWORD: "{{ conn.x.password }}"}', "{PASSWORD: $OTHER}"),
        *("{PASSWORD: /run/secrets/db}", "{PASSWORD: '<password>'}", "{API_KEY: xxxx}"),
        *("{PASSWORD_FILE: abc}", "{SECRET: name-of-one}", "{PASSWORD: '****'}"),
    ],
)
def test_what_only_names_a_secret_is_none(given: str) -> None:
    text = f"dag_name: x\ntasks:\n  - task_id: a\n    bash_command: ls\n    env: {given}\n"

    assert [each.code for each in check_spec(text).diagnostics] == []


def in_a_block(key: str, line: str) -> str:
    return f"dag_name: x\ntasks:\n  - task_id: a\n    {key}: |\n      {line}\n"


@pytest.mark.parametrize(
    ("key", "line", "secret"),
    [
        ("bash_command", "PGPASSWORD=hunter2x psql -h db", "hunter2x"),
        ("bash_command", "export API_TOKEN='abc-1234'", "abc-1234"),
        ("bash_command", "load --password=hunter2x", "hunter2x"),
        ("bash_command", "curl -s -u ada:hunter2x https://x", "hunter2x"),
        ("bash_command", 'curl -H "Authorization: Bearer abcd1234efgh" https://x', "abcd1234efgh"),
        ("python_code", 'db_password = "hunter2x"', "hunter2x"),
        ("python_code", "run(user='a', api_key='k-12345')", "k-12345"),
        ("python_code", 'head = {"Authorization": "Basic YWRhOnh4eA1="}', "YWRhOnh4eA1="),
    ],
)
def test_a_secret_in_code_is_found_by_its_name(key: str, line: str, secret: str) -> None:
    text = in_a_block(key, line)
    for source in (text, json.dumps(yaml.safe_load(text), indent=1)):
        [found] = [each for each in check_spec(source).diagnostics if each.code == "DAG150"]

        assert found.line
        assert found.column
        assert found.end_column
        shown = source.split("\n")[found.line - 1][found.column - 1 : found.end_column - 1]
        assert (shown, found.severity) == (secret, Severity.WARNING)
        assert secret not in f"{found.message} {found.hint}"


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("bash_command", "PGPASSWORD=$DB_PASS psql; mysql --password=${PASS} -u a"),
        ("bash_command", 'PGPASSWORD="$(cat /run/secret)" psql'),
        ("bash_command", "PGPASSWORD={{ conn.db.password }} psql"),
        ("bash_command", 'curl -H "Authorization: Bearer $TOKEN" -u "$USER:$PASS" https://x'),
        ("bash_command", 'curl -H "Authorization: Bearer {{ var.value.t }}" https://x'),
        ("bash_command", "docker run -u 1000:1000 image; echo Authorization: Bearer your-token"),
        ("bash_command", "python load.py --token=x --password-file=/run/secret"),
        ("python_code", 'password = os.environ["PASSWORD"]'),
        ("python_code", "run(password=conn.password, api_key=None, secret_key=key)"),
        ("python_code", 'head = {"Authorization": f"Bearer {token}"}'),
        ("python_code", 'same = password == "hunter2x"'),
        ("python_code", 'api_key = "your-api-key"'),
        ("python_code", 'access_token = Variable.get("slack_access_token")'),
        ("python_code", "sql = \"user = 'a' password = '%(password)s'\""),
    ],
)
def test_code_that_only_names_a_secret_has_none(key: str, line: str) -> None:
    codes = [each.code for each in check_spec(in_a_block(key, line)).diagnostics]
    assert Code.PLAIN_CREDENTIAL not in codes
