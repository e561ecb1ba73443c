"""The YAML of other tools: read with the line of each key, and written as a person writes it."""
