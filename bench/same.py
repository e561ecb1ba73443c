"""What the specs of another commit give there and here: exit codes, files, rows (`REV=COMMIT`).

The specs are the examples, goldens and corpus of that commit. A spec that was refused and is taken
now counts apart: the language has grown.
"""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from bench.against import installed, rev
from bench.place import PYTHON, ROOT, SCRATCH, environment, repository
from bench.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUNNER = ROOT / "bench" / "runners" / "answers.py"
Answers = dict[str, dict[str, Any]]


def measure() -> Iterator[Row]:
    """Yield how many specs give the same; the others are printed with what differs."""
    python = installed(rev())
    folder = SCRATCH / "specs"
    collect(python.parents[2], folder)
    before, after = answers(python, "before", folder), answers(PYTHON, "after", folder)
    taken = [name for name in before if before[name]["validate"] and not after[name]["validate"]]
    others = [name for name in before if name not in taken]
    differ = {name: sorted(differences(before[name], after[name])) for name in others}
    for name, parts in differ.items():
        if parts:
            print(f"  {name}: {', '.join(parts)}")
    same = sum(not parts for parts in differ.values())
    yield Row("specs that were refused and are taken now", str(len(taken)))
    yield Row("specs that give the same exit codes, files and rows", f"{same} of {len(others)}")


def collect(tree: Path, folder: Path) -> None:
    """Write the specs of a commit's tree into a folder, one a file."""
    folder.mkdir()
    for spec in [*(tree / "examples").iterdir(), *(tree / "tests" / "golden").glob("*/spec.*")]:
        name = f"{spec.parent.name}_{spec.name}"
        (folder / name).write_bytes(spec.read_bytes())
    corpora = (tree / "tests" / "corpus" / "specs.jsonl", ROOT.parent / "shared/corpus/specs.jsonl")
    for number, corpus in enumerate(path for path in corpora if path.exists()):
        for line in map(json.loads, corpus.read_text("utf-8").splitlines()):
            if "expand" not in line:  # these are of megabytes
                suffix = "json" if line["format"] == "json" else "yaml"
                text = line["spec"].encode("utf-8", "surrogatepass")
                (folder / f"corpus{number}_{line['name']}.{suffix}").write_bytes(text)


def answers(python: Path, name: str, folder: Path) -> Answers:
    """Return what a dagctl says of the specs, in a workspace of its own."""
    workspace = repository(f"answers_{name}")
    subprocess.run(
        [python, "-m", "dagctl", "-q", "init"], cwd=workspace, env=environment(), check=True
    )
    done = subprocess.run(
        [python, RUNNER, folder, workspace], env=environment(), check=True, capture_output=True
    )
    said: Answers = json.loads(done.stdout)
    return said


def differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """Yield the parts that differ; a field of a row that is new is none."""
    for part, value in before.items():
        now = after.get(part)
        if part == "row" and now is not None:
            yield from (f"row.{key}" for key, was in value.items() if now.get(key) != was)
        elif now != value:
            yield f"{part}: {value} -> {now}" if part in {"validate", "codes", "create"} else part
