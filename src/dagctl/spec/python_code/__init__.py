"""`python_code`: the body of a function, or exactly one `def`. Read, checked and placed, never executed."""

from dagctl.spec.python_code.code import PythonCode
from dagctl.spec.python_code.findings import PythonCodeError
from dagctl.spec.python_code.function import as_function
from dagctl.spec.python_code.function_tree import function_tree
from dagctl.spec.python_code.parse import input_statements, parse_python_code

__all__ = [
    "PythonCode",
    "PythonCodeError",
    "as_function",
    "function_tree",
    "input_statements",
    "parse_python_code",
]
