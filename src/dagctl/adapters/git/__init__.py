"""The user's git repository, driven by git's own plumbing."""
