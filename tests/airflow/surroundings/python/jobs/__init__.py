"""A project's own Python, which specs name by its import paths."""
