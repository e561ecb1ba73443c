"""`[templates.NAME]` in `dagctl.toml`: what a source of templates may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.errors import UsageError
from dagctl.settings.template_folders import TemplateSource, load_template_sources
from dagctl.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


def sources(folder: Path, name: str, table: str) -> tuple[TemplateSource, ...]:
    (folder / "dagctl.toml").write_text(f"# Ours\n[templates.{name}]\n{table}\n")
    return load_template_sources(Workspace(folder))


@pytest.mark.parametrize(
    "address",
    [
        "https://host.example/team/t.git",
        "https://host:8443/t",
        "ssh://git@host/team/t.git",
        "git@host.example:team/t.git",
        "file:///srv/t.git",
    ],
)
def test_a_source_has_an_address_and_a_commit(tmp_path: Path, address: str) -> None:
    table = f'git = "{address}"\ncommit = "{"a" * 40}"\nref = "release/v1.2"\nfolder = "a/b/"'
    assert sources(tmp_path, "platform", table) == (
        TemplateSource(
            name="platform",
            git=address,
            ref="release/v1.2",
            commit="a" * 40,
            folder="a/b",
            origin="dagctl.toml:2",
        ),
    )


@pytest.mark.parametrize(
    "table",
    [
        'git = "ext::sh -c id"\nref = "main"',
        'git = "--upload-pack=id"\nref = "main"',
        'git = "https://user:secret@host/x.git"\nref = "main"',
        'git = "https://-host/x.git"\nref = "main"',
        'git = "git@-oProxyCommand=id:x"\nref = "main"',
        'git = "http://host/x.git"\nref = "main"',
        'git = "../x"\nref = "main"',
        'git = "https://host/x.git"',
        'git = "https://host/x.git"\ncommit = "abc"',
        'git = "https://host/x.git"\nref = "--all"',
        'git = "https://host/x.git"\nref = "a..b"',
        'git = "https://host/x.git"\nref = "main"\nfolder = "../x"',
        'git = "https://host/x.git"\nref = "main"\nfolder = ".git"',
        'git = "https://host/x.git"\nrev = "main"',
        'ref = "main"\nfolder = "t"',
        "git = 1",
        "",
    ],
)
def test_one_that_is_wrong_is_refused_at_its_line(tmp_path: Path, table: str) -> None:
    with pytest.raises(UsageError) as refused:
        sources(tmp_path, "platform", table)
    assert refused.value.message.startswith("dagctl.toml:")
    assert refused.value.hint
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("name", ["gallery", "project", "workspace", "Platform", "a-b"])
def test_one_has_a_name_of_its_own(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        sources(tmp_path, name, 'folder = "t"')
