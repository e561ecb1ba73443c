"""A spec as its author wrote it becomes the spec that is meant.

Variables and loops are put in place, then what files with defaults say is added. Pure: texts in,
data out, and each value knows the document and the line that said it.
"""

DEFAULTS = "defaults.yaml"
"""What a file with defaults is called, in every folder."""
TASK_DEFAULTS = "task_defaults"
"""The key of what tasks of a type, or with an operator, share; in such a file and in a spec."""
ALL = "all"
"""What counts for tasks of every type stands under it."""
FOR_EACH = "for_each"
"""The key of a task that makes several of it."""
