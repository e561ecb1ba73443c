"""DAG files in Python, as people write them: read as trees, never run."""

from dagctl.convert.python_file.calls.project_modules import Module, Modules
from dagctl.convert.python_file.convert import convert_python
from dagctl.convert.python_file.state.given import Deployment, FilesBeside

__all__ = ["Deployment", "FilesBeside", "Module", "Modules", "convert_python"]
