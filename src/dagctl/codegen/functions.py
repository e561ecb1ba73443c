"""The functions that hold the user's own code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.codegen.scope import Piece
from dagctl.user_code.python.function import as_function, signature_of_body
from dagctl.user_code.python.function_tree import function_tree
from dagctl.user_code.python.read import input_statements

if TYPE_CHECKING:
    import ast

    from dagctl.user_code.python import PythonCode


def function_piece(
    code: PythonCode, written: str, identifier: str, *, provide_context: bool
) -> Piece:
    """Return the text made of the checked code, and the tree made of the untouched one.

    Args:
        code: The checked code.
        written: The code as the user wrote it.
        identifier: The name of the function.
        provide_context: Whether a body takes `**context`.
    """

    def tree() -> ast.FunctionDef | ast.AsyncFunctionDef:
        return function_tree(
            code, input_statements(written), identifier, provide_context=provide_context
        )

    text = as_function(code, identifier, provide_context=provide_context)
    if not code.is_plain:
        return Piece(text, tree)
    signature = signature_of_body(code, provide_context=provide_context)
    return Piece(text, tree, head=f"def {identifier}({signature}):", body=written)
