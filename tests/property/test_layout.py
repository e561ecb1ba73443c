"""Promise 8 for values of any nesting: ruff finds nothing to change in how they are laid out."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from dagctl.codegen import expressions as build
from dagctl.codegen.imports import Imports
from dagctl.codegen.printer import source
from dagctl.user_code.python.syntax_tree import same

FILES = 300
SCRAPS = [
    *("'", '"', '"""', "\\", "\n", "\t", " ", "{{ ds }}", "é", "日本", "\u200b", "a", "bash -c"),
    *("x" * 30, "x" * 85, "\U0001f600"),
]
MODULES = ["airflow.sdk", "a.b10.c", "a.b9.c", "Zed.mod", "jobs.checks", "k" * 70 + ".x", "a.B.c"]
NAMES = ["Foo", "bar", "BAZ", "Foo2", "Foo10", "dag", "print"]


class Draw:
    """Draws expressions of any kind that a generated module can have."""

    def __init__(self, seed: int) -> None:
        self.imports = Imports()
        self._random = random.Random(seed)

    def statement(self) -> ast.Assign:
        operator = self.imports.use(f"m.{'e' * self._number(60)}", f"Op{'X' * self._number(60)}")
        call = build.call(operator, [], self._options(4))
        if self._random.random() < 0.3:
            call = build.call(build.attribute(call, "expand"), [], self._options(2))
        return build.assign(f"{self._identifier()}_task", call)

    def _number(self, most: int) -> int:
        return self._random.choice([1, 2, 5, 20, most])

    def _identifier(self) -> str:
        return self._random.choice("abcdef") + "y" * self._number(90)

    def _text(self, most: int) -> str:
        return "".join(self._random.choices(SCRAPS, k=self._random.randint(0, most)))

    def _options(self, most: int, depth: int = 0) -> dict[str, ast.expr]:
        count = self._random.randint(0 if depth else 1, most)
        return {f"{self._identifier()}{n}": self._value(depth + 1) for n in range(count)}

    def _value(self, depth: int) -> ast.expr:
        kinds = [
            self._plain,
            self._plain,
            self._moment,
            self._length,
            self._output,
            self._reference,
        ]
        if depth < 5:
            kinds += [lambda: self._list(depth), lambda: self._mapping(depth)] * 2
            kinds += [lambda: self._call(depth)]
        return self._random.choice(kinds)()

    def _plain(self) -> ast.expr:
        number = self._random.random() * 10 ** self._random.randint(-20, 20)
        values = [self._text(8), self._text(2), number, -1.5, 10**30, -7, True, None]
        return build.plain(self._random.choice(values))

    def _moment(self) -> ast.expr:
        zone = timezone(timedelta(minutes=self._random.randint(-600, 600)))
        return build.moment(self.imports, datetime(2024, 1, 1, 6, tzinfo=zone))

    def _length(self) -> ast.expr:
        return build.duration(self.imports, minutes=self._random.choice([1, 0.5, -3]))

    def _output(self) -> ast.expr:
        task = build.name(f"{self._identifier()}_task")
        output = build.attribute(task, "output")
        return ast.Subscript(output, ast.Constant(self._text(2)), ast.Load())

    def _reference(self) -> ast.expr:
        return self.imports.use(self._random.choice(MODULES), self._random.choice(NAMES))

    def _list(self, depth: int) -> ast.expr:
        return build.sequence([self._value(depth + 1) for _ in range(self._random.randint(0, 5))])

    def _mapping(self, depth: int) -> ast.expr:
        count = self._random.randint(0, 4)
        return build.mapping({f"{self._text(2)}{n}": self._value(depth + 1) for n in range(count)})

    def _call(self, depth: int) -> ast.expr:
        arguments = [self._value(depth + 1) for _ in range(self._random.randint(0, 2))]
        return build.call(self._reference(), arguments, self._options(3, depth))


def a_file(seed: int) -> str:
    """Return a module of four statements; each is read back equal to its tree."""
    draw = Draw(seed)
    statements = [draw.statement() for _ in range(4)]
    texts = [source(statement) for statement in statements]
    assert all(same(ast.parse(t).body, [tree]) for t, tree in zip(texts, statements, strict=True))
    sections = ["\n".join(map(source, section)) for section in draw.imports.sections()]
    return "\n\n".join([*sections, "\n".join(texts)]) + "\n"


def ruff(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("ruff")
    command: list[str | Path] = [program, *arguments, "--isolated", "--no-cache"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_reads_like_a_person_wrote_it_with_values_of_any_nesting(tmp_path: Path) -> None:
    for seed in range(FILES):
        (tmp_path / f"n{seed}.py").write_text(a_file(seed))
    formatted = ruff("format", "--diff", str(tmp_path))
    assert formatted.returncode == 0, formatted.stdout
    checked = ruff("check", "--select", "E,F,W,I", "--ignore", "E501,F821", str(tmp_path))
    assert checked.returncode == 0, checked.stdout
