"""Operators and notifiers of other files as providers have them now."""
