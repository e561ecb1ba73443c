"""DAG files in Python, as people write them: read as trees, never run."""

from dagctl.convert.python_file.convert import convert_python

__all__ = ["convert_python"]
