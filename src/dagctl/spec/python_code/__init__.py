"""`python_code`: the body of a function, or exactly one `def`. Read and checked, never executed."""

from dagctl.spec.python_code.checks import by_place_problems
from dagctl.spec.python_code.code import PythonCode
from dagctl.spec.python_code.findings import PythonCodeError
from dagctl.spec.python_code.function import as_function
from dagctl.spec.python_code.function_tree import function_tree
from dagctl.spec.python_code.parse import parse_python_code
from dagctl.spec.python_code.read import input_statements

__all__ = [
    "PythonCode",
    "PythonCodeError",
    "as_function",
    "by_place_problems",
    "function_tree",
    "input_statements",
    "parse_python_code",
]
