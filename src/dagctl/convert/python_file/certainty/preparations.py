"""Statements that prepare the machine that Airflow runs on, and make nothing that a DAG has."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.convert.python_file.state.bound_names import only_says
from dagctl.convert.python_file.state.items import Bound, Container, Function, Made, Name, Task
from dagctl.convert.python_file.state.source_tree import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dagctl.convert.python_file.state.machine import Machine
    from dagctl.convert.python_file.state.scope import Scope

_PATH = "the folder must be on the path of Airflow, as it was by this line"
_VARIABLES = "its variables must be in the environment of Airflow, as they were by this line"
_FOLDER = "the folder must be there: Airflow made it at each parse"
_NEEDS: Mapping[str, str] = {
    "dotenv.load_dotenv": _VARIABLES,
    "os.makedirs": _FOLDER,
    "os.mkdir": _FOLDER,
}
"""Functions, and what must be so without them."""
_QUIET = frozenset(
    {"logging", "warnings", "urllib3", "matplotlib", "loguru", "structlog", "pprint"}
)
"""Packages whose functions, and whose objects' methods, do nothing that a DAG has."""
_SETTINGS = frozenset(
    {
        *("decimal", "faulthandler", "gc", "locale", "random", "signal", "socket", "ssl", "time"),
        *("coloredlogs", "ddtrace", "nltk", "numpy", "oracledb", "pandas", "plotly", "polars"),
        *("psycopg2", "pymysql", "requests", "rich", "seaborn", "sentry_sdk", "shap", "sklearn"),
        *("statsmodels", "tensorflow", "torch", "tqdm", "nest_asyncio", "findspark", "mlflow"),
        *("openai", "wandb"),
    }
)
"""Packages that know nothing of Airflow: a call of theirs, or an attribute set, makes no task."""
SETTING = "the old file did it at each parse and in each task; a task that needs it does it itself"
_LOGGERS = ("airflow.utils.log.", "airflow.sdk.log.", "builtins.print.")
_MESSAGES = frozenset(
    {"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "setLevel"}
)
"""Methods of objects that write to a log."""
_READS = frozenset({"getenv", "get", "join", "dirname", "abspath", "exists", "find_dotenv", "Path"})
"""Functions, by their last words, that only read or put paths together."""
_STATEMENTS = (ast.Import, ast.ImportFrom, ast.Pass, ast.Return, ast.Assign, ast.Expr)


def is_for_the_log(node: ast.expr, scope: Scope) -> bool:
    """Return whether an expression only writes to the log, or says how that is written."""
    return isinstance(node, ast.Call) and _writes(node, scope)


def _writes(node: ast.Call, scope: Scope) -> bool:
    """Return whether a call is one of a logger, or of what decides what is shown."""
    path = _begin(node.func, scope) or ""
    if _is_quiet(path):
        return True
    is_method = isinstance(node.func, ast.Attribute) and node.func.attr in _MESSAGES
    return is_method and not path.startswith("builtins.")


def is_logger(node: ast.expr, scope: Scope) -> bool:
    """Return whether a function is one of a package that only writes to a log."""
    return _is_quiet(_begin(node, scope) or "")


def is_setting(node: ast.expr, scope: Scope) -> bool:
    """Return whether an expression only sets what a package does that knows nothing of Airflow."""
    path = _begin(node, scope) or ""
    return path.partition(".")[0] in _SETTINGS or path.startswith("sys.modules")


def _is_quiet(path: str) -> bool:
    return path.partition(".")[0] in _QUIET or f"{path}.".startswith(_LOGGERS)


def _begin(node: ast.expr, scope: Scope) -> str | None:
    """Return the import path that an expression begins with; None: it begins with something else.

    Calls in it are left out: `logging.getLogger("a").info` is `logging.getLogger.info`.
    """
    words_after: list[str] = []
    while isinstance(node, ast.Attribute | ast.Call):
        words_after += [node.attr] if isinstance(node, ast.Attribute) else []
        node = node.value if isinstance(node, ast.Attribute) else node.func
    path: str | None = None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        path = "builtins.str"
    elif isinstance(node, ast.Name):
        holder = scope.holder(node.id)
        value = holder.values[node.id] if holder else Name(f"builtins.{node.id}")
        while isinstance(value, Bound):
            value = value.owner
        if isinstance(value, Container | Task) and words_after[-1:] == ["log"]:
            path = "logging"
        elif isinstance(value, Name | Made):
            path = value.path if isinstance(value, Name) else value.target.path
    return None if path is None else ".".join([path, *reversed(words_after)])


def needed(machine: Machine, node: ast.expr, value: object) -> str | None:
    """Return what must be so where a file does not run an expression; None: it is not known.

    Args:
        machine: Reads the file.
        node: The expression.
        value: What it gives.
    """
    if words(node).startswith("sys.path."):
        return _PATH
    if not isinstance(value, Made):
        return None
    known = _NEEDS.get(value.target.path)
    if known is not None:
        return known
    function = machine.definition(value.target.path)
    if not isinstance(function, Function) or isinstance(function.node, ast.Lambda):
        return None
    return _of_statements(machine, function.node.body)


def _of_statements(machine: Machine, body: Iterable[ast.stmt]) -> str | None:
    """Return what statements need that do nothing but that; None: they do more."""
    given: dict[str, None] = {}
    stack = [*body]
    while stack:
        statement = stack.pop()
        if isinstance(statement, ast.If):
            stack += [*statement.body, *statement.orelse, ast.Expr(statement.test)]
        elif isinstance(statement, ast.Try):
            stack += [*statement.body, *statement.orelse, *statement.finalbody]
            stack += [inner for handler in statement.handlers for inner in handler.body]
        elif not isinstance(statement, _STATEMENTS):
            return None
        else:
            machine.charge()
            for node in ast.walk(statement):
                if isinstance(node, ast.Attribute | ast.Subscript) and _is_stored(node):
                    return None
                if not isinstance(node, ast.Call) or only_says(node.func):
                    continue
                text = _of_call(node)
                if text is None:
                    return None
                given |= dict.fromkeys(filter(None, [text]))
    return next(iter(given)) if len(given) == 1 else None


def _is_stored(node: ast.Attribute | ast.Subscript) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _of_call(node: ast.Call) -> str | None:
    """Return what a call needs; an empty text: it only reads; None: it does more."""
    word = words(node.func).rpartition(".")[2]
    if word in _READS:
        return ""
    named = [text for path, text in _NEEDS.items() if path.rpartition(".")[2] == word]
    return named[0] if named else None
