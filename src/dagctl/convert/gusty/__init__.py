"""gusty: a folder of task files is a DAG, its folders are groups."""

from dagctl.convert.gusty.convert import GustyFolder, convert_gusty, is_task_file
from dagctl.convert.gusty.gusty_calls import is_named

__all__ = ["GustyFolder", "convert_gusty", "is_named", "is_task_file"]
