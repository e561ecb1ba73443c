"""How large the text of a spec may be."""

from __future__ import annotations

MAX_BYTES = 2_000_000
MAX_DEPTH = 64
MAX_VALUES = 150_000
"""Keys, values and collections in one document, each alias counted with all that it stands for."""
