"""`python_code`: the body of a function, or exactly one `def`. Read and checked, never executed."""

from dagctl.user_code.python.code import PythonCode
from dagctl.user_code.python.code_checks import by_place_problems
from dagctl.user_code.python.findings import PythonCodeError
from dagctl.user_code.python.function_layout import as_function
from dagctl.user_code.python.function_tree import function_tree
from dagctl.user_code.python.parse import parse_python_code
from dagctl.user_code.python.read_code import input_statements

__all__ = [
    "PythonCode",
    "PythonCodeError",
    "as_function",
    "by_place_problems",
    "function_tree",
    "input_statements",
    "parse_python_code",
]
