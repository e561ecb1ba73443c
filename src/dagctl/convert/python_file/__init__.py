"""DAG files in Python, as people write them: read as trees, never run."""

from dagctl.convert.python_file.convert import convert_python
from dagctl.convert.python_file.deployment import Deployment
from dagctl.convert.python_file.files_beside import FilesBeside
from dagctl.convert.python_file.modules import Module

__all__ = ["Deployment", "FilesBeside", "Module", "convert_python"]
