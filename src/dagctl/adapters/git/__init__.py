"""The user's git repository, driven by git's own plumbing."""

from __future__ import annotations

from dagctl.adapters.git.repo import GitRepo

__all__ = ["GitRepo"]
