"""`python_code`: the body of a function, or exactly one `def`. Read, checked and placed, never executed."""

from dagctl.spec.python_code.code import PythonCode
from dagctl.spec.python_code.findings import PythonCodeError
from dagctl.spec.python_code.parse import parse_python_code

__all__ = ["PythonCode", "PythonCodeError", "parse_python_code"]
