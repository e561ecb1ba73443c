"""Specs as they are given, and all that counts for them: defaults, variables, templates, files."""
