"""A spec as its author wrote it becomes the spec that is meant.

Variables and loops are put in place, then what files with defaults say is added. Pure: texts in,
data out, and each value knows the document and the line that said it.
"""

DEFAULTS = "defaults.yaml"
"""What a file with defaults is called, in every folder."""
