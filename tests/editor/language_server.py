"""The YAML language server, which VS Code, Neovim and Emacs use, over its standard input."""

from __future__ import annotations

import json
import subprocess
from itertools import count
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path

_COMPLETION = {"completionItem": {"snippetSupport": True}}
_SETTINGS = {"yaml": {"validate": True, "completion": True, "schemaStore": {"enable": False}}}


class LanguageServer:
    """A process of the server; each text is opened with a schema of its own."""

    def __init__(self, program: Path, folder: Path) -> None:
        """Start the server.

        Args:
            program: `yaml-language-server`.
            folder: Where specs seem to be.
        """
        self._folder = folder
        self._numbers = count(1)
        self._marks: dict[str, list[dict[str, Any]]] = {}
        self._process = subprocess.Popen(
            [program, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder
        )
        abilities = {"textDocument": {"completion": _COMPLETION}, "workspace": {}}
        root = {"processId": None, "rootUri": folder.as_uri(), "capabilities": abilities}
        self._ask("initialize", root)
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": _SETTINGS})

    def __enter__(self) -> Self:
        """Return the server."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def open(self, text: str) -> str:
        """Open a text that names its schema in its first line; return its address."""
        uri = (self._folder / f"spec{next(self._numbers)}.yaml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def completions(self, text: str) -> list[str]:
        """Return what the server offers where `|` stands in a text."""
        before, _, after = text.partition("|")
        place = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        uri = self.open(before + after)
        asked = {"textDocument": {"uri": uri}, "position": place}
        found = self._ask("textDocument/completion", asked)
        items = found["items"] if isinstance(found, dict) else found or []
        return [item["label"] for item in items]

    def marks(self, text: str) -> list[tuple[int, str]]:
        """Return what the server underlines: lines, counted from 1, with what it says."""
        uri = self.open(text)
        while uri not in self._marks:
            self._read()
        return [(it["range"]["start"]["line"] + 1, it["message"]) for it in self._marks[uri]]

    def _ask(self, method: str, params: Any) -> Any:  # noqa: ANN401 - JSON
        number = next(self._numbers)
        self._write({"id": number, "method": method, "params": params})
        while True:
            said = self._read()
            if said.get("id") == number and "method" not in said:
                return said.get("result")

    def _tell(self, method: str, params: Any) -> None:  # noqa: ANN401 - JSON
        self._write({"method": method, "params": params})

    def _read(self) -> dict[str, Any]:
        """Return the next message; a question of the server's is answered."""
        assert self._process.stdout is not None
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the language server has ended"
        said: dict[str, Any] = json.loads(self._process.stdout.read(length))
        if said.get("method") == "textDocument/publishDiagnostics":
            self._marks[said["params"]["uri"]] = said["params"]["diagnostics"]
        elif "method" in said and "id" in said:
            asks_settings = said["method"] == "workspace/configuration"
            sections = said["params"]["items"] if asks_settings else []
            answer = [_SETTINGS.get(item.get("section", "")) for item in sections]
            self._write({"id": said["id"], "result": answer if asks_settings else None})
        return said

    def _write(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self._process.stdin.flush()
