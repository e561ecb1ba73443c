"""Every command, verb and option, as a user may type them in a fresh clone of a stranger's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OF_SPECS = "--airflow 3.1 --format yaml --strict --env prod --var x=y"
_OTHER = "123e4567-e89b-12d3-a456-426614174000"
_LINES: Mapping[str, Sequence[str]] = {
    "list": (
        "list",
        "list -o json",
        "-C specs -v list --limit 1 --all --outdated",
        f"list --after a --owner o --tag t --user {_OTHER} -o name",
    ),
    "show": (
        "show demo",
        "show demo --source",
        "show demo --spec --resolved",
        "show demo --version 1 -o dot",
    ),
    "recover": ("recover", "recover -o json"),
    "create": (
        "create --dry-run specs",
        "create specs/demo.yaml",
        "create --force specs",
        "create specs --dry-run --exit-code --prune --strict --env prod --var x=y -o json",
        "create specs --keep-going --if-exists number --no-verify --no-push --format yaml",
        "create specs/demo.yaml --branch review",
        "create specs/demo.yaml --push",
    ),
    "validate": (
        "validate specs",
        "validate .",
        "validate -o json specs",
        f"validate specs {_OF_SPECS}",
        "validate specs/demo.yaml --explain owner",
    ),
    "render": (
        "render specs/demo.yaml",
        "render --write specs/demo.yaml",
        "render --write --force specs/demo.yaml",
        f"render specs/demo.yaml {_OF_SPECS}",
    ),
    "schema": ("schema", "schema --providers http --airflow 3 --optional --defaults"),
    "doctor": ("doctor", "doctor -o json", "doctor --fix --yes"),
    "whoami": ("whoami", "whoami --check", "whoami --profile other -o json"),
    "login": (
        "login --password-stdin --email ada@example.com",
        "login --otp --email ada@example.com --keyring --profile other -o json",
        "login --provider github --no-browser",
    ),
    "logout": ("logout", "logout --profile other -o json"),
    "link": (
        "link",
        f"link --url http://127.0.0.1:9 --key sb_publishable_x --project-id {_OTHER} --bucket b",
        "link --check -o json",
    ),
    "migrations": ("migrations",),
    "migrations export": ("migrations export sql", "migrations export sql -o json"),
    "serve": (
        "serve --root no-such-folder --host 192.0.2.1",
        (
            "serve --root specs --host 192.0.2.1 --port 1 --projects README.md --airflow 3"
            " --trusted-proxy 127.0.0.1 --cors-origin https://example.com --body-limit 2048"
            " --request-timeout 2 --queue 1 --grace 1 --log-format json"
        ),
        "serve --host 192.0.2.1 --local-user ada@example.com",
    ),
    "operators": ("operators", "operators bash --airflow 2.11 -o json"),
    "operators show": ("operators show BashOperator", "operators show bash --airflow 3 -o json"),
    "explain": ("explain DAG201", "explain --list -o json"),
    "completion": ("completion bash",),
    "help": ("help", "help environment"),
    "init": (
        "init",
        "init .",
        f"init . --project-id {_OTHER} --airflow 2 --dags-folder .git/hooks -o json",
    ),
    "history": ("history demo", "history demo --limit 1 --before 9 -o json"),
    "diff": (
        "diff demo",
        "diff demo --spec specs/demo.yaml --source",
        "diff demo --spec specs/demo.yaml --env prod --var x=y -o json",
    ),
    "rm": (
        "rm demo --dry-run",
        "rm demo",
        "rm demo --purge --yes",
        "rm other --force --no-verify --no-push -o json",
    ),
    "restore": (
        "restore demo",
        "restore other --dry-run",
        "restore other --no-verify --push -o json",
    ),
    "pull": ("pull", "pull demo --dry-run", "pull other -o json"),
    "edit": (
        "edit demo",
        "edit demo --dry-run",
        "edit demo --force --no-verify --no-push --env prod --var x=y -o json",
    ),
    "mv": (
        "mv demo demo_2",
        "mv demo ../demo --force",
        "mv demo demo_3 --dry-run -o json",
        "mv demo demo_3 --no-verify",
    ),
    "requirements": (
        "requirements specs/demo.yaml",
        "requirements specs --airflow 3 --format yaml -o json",
    ),
    "rollback": (
        "rollback demo",
        "rollback demo --to 1 --dry-run",
        "rollback demo --to 1 --force --no-verify --no-push -o json",
    ),
    "export": ("export -o -", "export demo -o out.zip"),
    "import": (
        "import demo.zip",
        "import demo.zip --dry-run",
        "import out.zip --if-exists update --force --no-verify -o json",
    ),
    "convert": (
        "convert specs",
        "convert old --into converted",
        (
            "convert old --from python --root . --airflow 3 --variables v.json --environ e.json"
            " --into converted --force --strict -o json"
        ),
        "convert specs/demo.yaml --to dag-factory --into converted",
    ),
    "new": (
        "new Fresh",
        "new fresh -f specs/fresh.yaml",
        "new fresh --template evil --set x=y --print",
        "new fresh --file specs/fresh.yaml -o json",
    ),
    "adopt": (
        "adopt dags/demo.py",
        "adopt dags/demo.py --dry-run",
        (
            "adopt dags/demo.py --into specs --accept-gaps --airflow-python /bin/false"
            " --variables v.json --environ e.json --no-verify --no-push -o json"
        ),
    ),
    "templates": ("templates", "templates -o json"),
    "templates show": ("templates show t", "templates show first_dag -o json"),
    "templates outdated": (
        "templates outdated",
        "templates outdated specs --exit-code --env prod --var x=y -o json",
    ),
    "templates upgrade": (
        "templates upgrade specs",
        "templates upgrade specs --to 2 --set x=y --dry-run --env prod --var x=y -o json",
    ),
    "templates fetch": ("templates fetch", "templates fetch evil -o json"),
    "templates share": ("templates share t", "templates share first_dag -o json"),
    "templates unshare": ("templates unshare t", "templates unshare t@1 -o json"),
}
COMMANDS = {name: [line.split() for line in lines] for name, lines in _LINES.items()}
"""By the name of the command, or of the noun and its verb."""

QUICK = ("list", "recover", "create", "show")
"""The commands that look at state or write something."""
