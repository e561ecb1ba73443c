"""Where values come from, and what is refused."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from dagctl.endpoint import Endpoint
from dagctl.errors import UsageError
from dagctl.settings import (
    ForSpecs,
    Remote,
    Settings,
    check_flag,
    load_for_specs,
    load_remote,
    load_settings,
    user_file,
)
from dagctl.settings.setting_sources import LARGEST
from dagctl.settings.workspace_variables import load_variables
from dagctl.workspace import Workspace, find_workspace
from tests.work_done import calls_of

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = "123e4567-e89b-12d3-a456-426614174000"
GOOD = f'project_id = "{PROJECT}"\n'


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    root = tmp_path / "work"
    root.mkdir()
    (root / "dagctl.toml").write_text(GOOD)
    return Workspace(root)


def load(workspace: Workspace, text: str) -> Settings:
    workspace.config.write_text(text)
    return load_settings(workspace, {}, {})


def refusal(workspace: Workspace, text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        load(workspace, text)
    return caught.value


def test_everything_but_the_project_has_a_default(workspace: Workspace) -> None:
    found = load_settings(workspace, {}, {})
    assert found == Settings(project_id=PROJECT)
    assert (found.dags_folder, found.airflow, found.backend) == ("dags", "3", "local")
    assert found.lock_timeout == 60.0
    assert found.origins["airflow"] == "default"
    assert found.origins["project_id"] == "dagctl.toml:1"


def test_each_source_overrules_the_one_before_and_is_named(workspace: Workspace) -> None:
    user = user_file()
    user.parent.mkdir(parents=True)
    user.write_text('airflow = "2"\nlock_timeout = 1\ndags_folder = "user"\n')
    workspace.config.write_text(f'{GOOD}\nlock_timeout = 2\ndags_folder = "work"\n')
    environ = {"DAGCTL_DAGS_FOLDER": "environment", "DAGCTL_PROJECT_ID": PROJECT}
    found = load_settings(workspace, environ, {"project_id": PROJECT.upper()})
    assert found == Settings(
        project_id=PROJECT, airflow="2", lock_timeout=2, dags_folder="environment"
    )
    assert found.origins == {
        "project_id": "--project-id",
        "dags_folder": "DAGCTL_DAGS_FOLDER",
        "airflow": f"{user}:1",
        "providers": "default",
        "backend": "default",
        "lock_timeout": "dagctl.toml:3",
        "git_remote": "default",
        "push": "default",
        "push_timeout": "default",
        "publish_from": "default",
        "supabase_url": "default",
        "supabase_key": "default",
        "supabase_bucket": "default",
        "strict": "default",
        "ignore": "default",
    }


def test_a_number_may_come_as_text_from_the_environment(workspace: Workspace) -> None:
    assert load_settings(workspace, {"DAGCTL_LOCK_TIMEOUT": "0.5"}, {}).lock_timeout == 0.5


def test_the_remote_that_is_pushed_to_may_stand_in_a_table(workspace: Workspace) -> None:
    found = load(
        workspace,
        f'{GOOD}push = "never"\n[git]\nremote = "up"\npush = "never"\ntimeout = 5\n'
        'publish_from = ["main", "refs/heads/prod"]\n',
    )
    assert (found.git_remote, found.push, found.push_timeout) == ("up", "never", 5.0)
    assert found.publish_from == ("main", "prod")
    given = load_settings(
        workspace, {"DAGCTL_PUBLISH_FROM": "a, b", "DAGCTL_PUSH": "always"}, {"push": "never"}
    )
    assert (given.publish_from, given.push) == (("a", "b"), "never")


@pytest.mark.parametrize(
    "line",
    [
        'remote = "https://x/y"',
        'push = "yes"',
        "timeout = 0",
        'publish_from = "main"',
        "publish_from = [1]",
    ],
)
def test_a_wrong_setting_of_git_is_refused_at_its_line(workspace: Workspace, line: str) -> None:
    assert refusal(workspace, f"{GOOD}[git]\n{line}\n").message.startswith("dagctl.toml:3: ")


def test_an_empty_variable_counts_as_not_set(workspace: Workspace) -> None:
    assert load_settings(workspace, {"DAGCTL_AIRFLOW": ""}, {}).airflow == "3"


def test_an_unknown_key_is_refused_at_its_line_with_a_near_name(workspace: Workspace) -> None:
    error = refusal(workspace, f'{GOOD}\n# comment\nairfow = "3"\n')
    assert error.message == "dagctl.toml:4: unknown key `airfow`"
    assert error.hint == "did you mean `airflow`?"


def test_an_unknown_table_is_refused_at_its_line(workspace: Workspace) -> None:
    error = refusal(workspace, f"{GOOD}[tool]\nx = 1\n")
    assert error.message == "dagctl.toml:2: unknown key `tool`"
    assert error.hint is not None
    assert "dags_folder" in error.hint


@pytest.mark.parametrize(
    ("lines", "hint"),
    [
        ("[environments.prod.vars]\na = 1", "write `[env.NAME.vars]`"),
        ("[variables]\na = 1", "write `[vars]`"),
        ("[check]\nstrict = true", "did you mean `[checks]`?"),
        ("strict = true", "write `strict` under `[checks]`"),
        ('supabase_url = "https://abc.supabase.co"', "write `url` under `[supabase]`"),
        ("[template]\na = 1", "did you mean `[templates]`?"),
        ("q = 1", "known keys: "),
        ("[git]\nq = 1", "known keys: remote, push, timeout, publish_from"),
    ],
)
def test_an_unknown_key_is_refused_with_its_own_place(
    workspace: Workspace, lines: str, hint: str
) -> None:
    assert (refusal(workspace, f"{GOOD}{lines}\n").hint or "").startswith(hint)


HUGE = {
    "blank lines": ("\n" * 40_000 + GOOD, ""),
    "a key of a table": (
        GOOD + "[supabase]\n" + "".join(f"x{n} = 1\n" for n in range(8_000)),
        "dagctl.toml:3: unknown key `x0`",
    ),
    "keys": (
        GOOD + "".join(f"x{n} = 1\n" for n in range(8_000)),
        "dagctl.toml:2: unknown key `x0`",
    ),
}
"""Files of settings that a stranger may have written."""


@pytest.mark.parametrize(("text", "message"), HUGE.values(), ids=HUGE)
def test_promise_12_a_huge_file_of_settings_is_read_in_no_time(
    workspace: Workspace, text: str, message: str
) -> None:
    begin = time.process_time()
    said = refusal(workspace, text).message if message else load(workspace, text).project_id
    assert said == (message or PROJECT)
    assert time.process_time() - begin < 2


def test_promise_12_four_times_the_variables_are_about_four_times_the_work(
    workspace: Workspace,
) -> None:
    def read(environments: int) -> int:
        tables = "".join(
            f"[env.e{n}.vars]\nx{n} = 1\n" + "".join(f"y{n}_{m} = 1\n" for m in range(20))
            for n in range(environments)
        )
        workspace.config.write_text(GOOD + tables)
        newest = f"e{environments - 1}"
        assert load_variables(workspace, {}).elsewhere[f"y{newest[1:]}_19"] == (newest,)
        values = load_variables(workspace, {}, environment="e7").values
        assert values["x7"].said_by == f"dagctl.toml:{2 + 22 * 7 + 1}"
        return calls_of(lambda: load_variables(workspace, {}, environment="e7").elsewhere)

    assert read(400) <= 5 * read(100)


@pytest.mark.parametrize(
    "line", ['airflow = "3.1"', '[airflow]\nversion = "3.1"', 'airflow.version = "3.1"']
)
def test_the_airflow_may_be_one_version_and_a_table(workspace: Workspace, line: str) -> None:
    assert load(workspace, f"{GOOD}{line}\n").airflow == "3.1"


def test_the_table_of_airflow_has_its_own_keys(workspace: Workspace) -> None:
    error = refusal(workspace, f'{GOOD}[airflow]\nversoin = "3.1"\n')
    assert error.message == "dagctl.toml:3: unknown key `versoin`"
    assert error.hint == "did you mean `version`?"
    error = refusal(workspace, f'{GOOD}[airflow]\nversion = "1"\n')
    assert error.message.startswith("dagctl.toml:3: `airflow` must be ")


def test_an_unknown_override_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="--air: unknown key"):
        load_settings(workspace, {}, {"air": "3"})


@pytest.mark.parametrize(
    "line",
    [
        "airflow = 3",
        'airflow = "4"',
        'airflow = "3.1.0"',
        "airflow = 3.1",
        'airflow = "2.8"',
        'backend = "postgres"',
        'lock_timeout = "60"',
        "lock_timeout = true",
        "lock_timeout = -1",
        "lock_timeout = nan",
        "lock_timeout = inf",
        f"lock_timeout = 1{'0' * 400}",
        "dags_folder = 1",
        'dags_folder = ""',
        'dags_folder = "."',
        'dags_folder = "/etc"',
        'dags_folder = "../x"',
        'dags_folder = "a/../../x"',
        'dags_folder = "a\\nb"',
        'dags_folder = "a\\u0000b"',
        'dags_folder = "a\\u202eb"',
        'dags_folder = "a\\\\b"',
        'dags_folder = ".git/hooks"',
        'dags_folder = "a/.GIT"',
        'dags_folder = ".dagctl"',
    ],
)
def test_a_wrong_value_is_refused_at_its_line(workspace: Workspace, line: str) -> None:
    error = refusal(workspace, f"{GOOD}{line}\n")
    assert error.message.startswith(f"dagctl.toml:2: `{line.partition(' ')[0]}` must be ")


@pytest.mark.parametrize(
    "value",
    ["3", '""', '"x"', "[]", f'"{PROJECT}0"', f'"{{{PROJECT}}}"', f'"{PROJECT.replace("-", "")}"'],
)
def test_a_project_id_is_a_uuid_in_the_form_that_a_spec_takes(
    workspace: Workspace, value: str
) -> None:
    assert "must be a UUID" in refusal(workspace, f"project_id = {value}").message


@pytest.mark.parametrize(
    ("variable", "value", "message", "hint"),
    [
        ("DAGCTL_BACKEND", "supabse", 'must be "local" or "supabase"', 'did you mean "supabase"?'),
        ("DAGCTL_AIRFLOW", "9", 'must be "2", "3" or one version such as "3.1"', None),
        ("DAGCTL_PROJECT_ID", "x", "must be a UUID", f"such as {PROJECT}"),
    ],
)
def test_a_wrong_variable_is_reported_in_its_own_words(
    workspace: Workspace, variable: str, value: str, message: str, hint: str | None
) -> None:
    workspace.config.write_text(GOOD)
    with pytest.raises(UsageError) as caught:
        load_settings(workspace, {variable: value}, {})
    assert caught.value.message == f"{variable} {message}, not {value!r}"
    assert caught.value.hint == hint


def test_a_missing_project_id_is_reported_with_the_line_to_write(workspace: Workspace) -> None:
    error = refusal(workspace, "")
    assert error.hint is not None
    assert "project_id = " in error.hint


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("airflow = \n", "2:11: not valid TOML: invalid value"),
        ('dags_folder = "x\n', "2:17: not valid TOML: illegal character '\\n'"),
        ("airflow = [1,", "2:14: not valid TOML: "),
        ("airflow = [1,\n\n", "2:14: not valid TOML: "),
    ],
)
def test_broken_toml_is_refused_at_its_place(workspace: Workspace, text: str, told: str) -> None:
    error = refusal(workspace, GOOD + text)
    assert error.message.startswith(f"dagctl.toml:{told}")
    assert "(at " not in error.message
    assert error.hint == 'each line has the form: key = "value"'


def test_a_table_beside_the_key_of_the_same_name_says_how_to_write_it(workspace: Workspace) -> None:
    error = refusal(workspace, f'{GOOD}\nairflow = "3"\n[airflow]\nversion = "3.1"\n')
    assert error.hint is not None
    assert error.hint.startswith("write `version = ...` under `[airflow]`")


def test_toml_nested_too_deep_is_refused(workspace: Workspace) -> None:
    error = refusal(workspace, "a = " + "[" * 5000)
    assert error.message == "dagctl.toml: not valid TOML: nested too deeply"


def test_a_file_that_is_no_text_is_refused(workspace: Workspace) -> None:
    workspace.config.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not UTF-8"):
        load_settings(workspace, {}, {})


def test_a_file_that_cannot_be_read_is_refused(workspace: Workspace) -> None:
    workspace.config.unlink()
    workspace.config.mkdir()
    with pytest.raises(UsageError, match=r"cannot read dagctl\.toml"):
        load_settings(workspace, {}, {})


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("pipe", "cannot read dagctl.toml: it is not a regular file"),
        ("device", "cannot read dagctl.toml: it is not a regular file"),
        ("huge", "cannot read dagctl.toml: it is larger than 1024 KiB"),
        ("dead link", "dagctl.toml is a link to nowhere, which does not exist"),
    ],
)
def test_what_is_no_file_of_settings_is_neither_waited_for_nor_read(
    workspace: Workspace, kind: str, words: str
) -> None:
    workspace.config.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(workspace.config)
    elif kind == "huge":
        workspace.config.write_bytes(b"#" * (LARGEST + 1))
    else:
        workspace.config.symlink_to("/dev/zero" if kind == "device" else "nowhere")
    assert find_workspace(workspace.root) == workspace
    with pytest.raises(UsageError) as caught:
        load_settings(workspace, {}, {})
    assert caught.value.message == words


@pytest.mark.parametrize(
    ("given", "kept"), [("dags", "dags"), ("./a//b/", "a/b"), ("my dags", "my dags")]
)
def test_a_folder_is_kept_in_its_shortest_form(given: str, kept: str) -> None:
    assert check_flag("dags_folder", given) == kept


# --- Supabase -------------------------------------------------------------------------------------

SUPABASE = """
[supabase]
url = "https://ABC.supabase.co/"
publishable_key = "sb_publishable_x"
bucket = "files"
"""


def test_the_supabase_project_stands_in_a_table(workspace: Workspace) -> None:
    found = load(workspace, GOOD + SUPABASE)
    assert found.endpoint == Endpoint("https://abc.supabase.co", "sb_publishable_x")
    assert found.supabase_bucket == "files"
    assert found.origins["supabase_key"] == "dagctl.toml:5"


def test_the_project_id_may_stand_in_the_table_if_it_is_the_same(workspace: Workspace) -> None:
    found = load(workspace, f'[supabase]\nproject_id = "{PROJECT}"')
    assert found.project_id == PROJECT
    assert load(workspace, f'{GOOD}[supabase]\nproject_id = "{PROJECT.upper()}"') == found
    other = PROJECT.replace("1", "2")
    error = refusal(workspace, f'{GOOD}[supabase]\nproject_id = "{other}"')
    assert error.message == "dagctl.toml:3: `project_id` contradicts dagctl.toml:1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('supabase = "x"', "`supabase` must be a table"),
        ('[supabase]\nurll = "x"', "unknown key `urll`"),
        ('[supabase]\nservice_key = "x"', "unknown key `service_key`"),
        ('[supabase]\nurl = "http://example.com"', "http://example.com is refused"),
        ("[supabase]\nurl = 1", "must look like"),
        ('[supabase]\npublishable_key = "sb_secret_x"', "secret key"),
        ('[supabase]\nbucket = "a/b"', "must be the name of a bucket"),
        ('supabase_url = "https://abc.supabase.co"', "unknown key `supabase_url`"),
        ('[unknown]\nurl = "x"', "unknown key `unknown`"),
    ],
)
def test_a_wrong_table_is_refused(workspace: Workspace, text: str, words: str) -> None:
    error = refusal(workspace, GOOD + text)
    assert words in error.message
    assert error.message.startswith("dagctl.toml:")
    assert "sb_secret_x" not in f"{error.message}{error.hint}"


def test_without_a_supabase_project_there_is_no_endpoint(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="no url of a Supabase project is set") as caught:
        load(workspace, GOOD).endpoint  # noqa: B018 - reading it is what fails
    assert "dagctl link" in str(caught.value.hint)
    with pytest.raises(UsageError, match="no publishable_key"):
        load_remote(workspace, {"DAGCTL_SUPABASE_URL": "https://abc.supabase.co"})


def test_no_workspace_is_needed_to_sign_in() -> None:
    environ = {"DAGCTL_SUPABASE_URL": "https://abc.supabase.co", "DAGCTL_SUPABASE_KEY": "key"}
    assert load_remote(None, environ) == Remote(Endpoint("https://abc.supabase.co", "key"), None)


def test_the_checks_of_specs_have_a_table(workspace: Workspace) -> None:
    workspace.config.write_text(f'{GOOD}\n[checks]\nstrict = true\nignore = ["DAG454"]\n')
    found = load_settings(workspace, {}, {})
    assert (found.strict, found.ignore) == (True, ("DAG454",))
    assert found.origins["ignore"] == "dagctl.toml:5"
    environ = {"DAGCTL_STRICT": "false", "DAGCTL_IGNORE": "DAG215, DAG454"}
    assert load_for_specs(workspace, environ) == ForSpecs(False, ("DAG215", "DAG454"), "3")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('strict = "yes"', "`strict` must be true or false"),
        ("ignore = [1]", "must be a list of codes"),
        ('ignore = ["DAG45"]', "there is no code 'DAG45'"),
        ("ignored = []", "unknown key `ignored`"),
    ],
)
def test_a_wrong_check_is_refused_at_its_line(workspace: Workspace, line: str, said: str) -> None:
    workspace.config.write_text(f"{GOOD}\n[checks]\n{line}\n")
    with pytest.raises(UsageError) as caught:
        load_for_specs(workspace, {})
    assert said in caught.value.message
    assert "dagctl.toml:4" in caught.value.message


SLOW = {
    "blank lines before a key that is written in another way": (
        (" " * 1000 + "\n") * 900 + '"\\u006eope" = 1\n',
        "dagctl.toml: unknown key `nope`",
    ),
    "keys in keys": ("a" + ".a" * 50_000 + " = 1\n", "nested too deeply"),
    "quoted keys in keys": ("x = {'a'" + ".'a'" * 50_000 + " = 1}\n", "nested too deeply"),
    "odd keys in keys": ("'!'" + ".'!'" * 24_000 + " = 1\n", "nested too deeply"),
    "keys with quotes in keys": ('"\\""' + ' . "\\""' * 20_000 + " = 1\n", "nested too deeply"),
    "keys in keys after a text": (
        "x = '''a'''''\n[y]\n" + "'#'" + ".'#'" * 24_000 + " = 1\n",
        "nested too deeply",
    ),
    "keys in keys of a mapping": (
        'x = ["""\\"#\n""""", {"]"' + '."]"' * 24_000 + " = 1}]\n",
        "nested too deeply",
    ),
    "texts without an end": ('"""\\' * 200_000, "not valid TOML"),
    "texts without an end in lines": ("\"'\n" * 60_000, "not valid TOML"),
    "quotes in a text without an end": ('x = "' + '\\"' * 16_000 + "\n", "not valid TOML"),
    "quotes in a text of many lines without an end": (
        'x = """' + '\\"""\n' * 40_000 + "\\",
        "not valid TOML",
    ),
    "tables in tables": ("[a" + ".a" * 50_000 + "]\n", "nested too deeply"),
    "digits": (f"lock_timeout = {'9' * 5_000}\n", "a number is too large"),
    "hexadecimal digits": (f"dags_folder = 0x{'f' * 5_000}\n", "a number is too large"),
    "a number among variables": (f"[vars]\nx = [0x{'f' * 5_000}]\n", "a number is too large"),
}


@pytest.mark.parametrize("what", SLOW)
def test_a_file_of_a_stranger_is_refused_in_words_and_in_time(
    workspace: Workspace, what: str
) -> None:
    text, said = SLOW[what]
    began = time.process_time()
    assert said in refusal(workspace, text).message
    assert time.process_time() - began < 5


def test_many_words_with_dots_in_a_text_or_a_comment_are_no_keys(workspace: Workspace) -> None:
    words = "a" + ".b" * 100
    texts = (f'"{words}"', f"'{words}'", f'"""\n{words}"""""', f"'''\n{words}\n'''")
    vars_ = "".join(f"v{number} = [{text}] # {words}\n" for number, text in enumerate(texts))
    workspace.config.write_text(f"{GOOD}# {words}\n[vars]\n{vars_}")
    assert load_settings(workspace, {}, {}).project_id == PROJECT


def test_a_key_has_its_line_however_it_is_written(workspace: Workspace) -> None:
    text = f"{GOOD}\n[git]\n  push = 'always'\n\n[ supabase ]\n'url' = 'x'\n"
    assert refusal(workspace, text).message.startswith("dagctl.toml:7: ")
    text = f"{GOOD}\n[supabase] # push = 1\nbucket = 'b'\n[git]\npush = 'x'\n"
    assert refusal(workspace, text).message.startswith("dagctl.toml:6: `push` ")
    text = f"{GOOD}git.push = 'always'\ngit.timeout = 0\n"
    assert refusal(workspace, text).message.startswith("dagctl.toml:3: `timeout` ")
