"""A `DagSpec` as a drawing: text, Mermaid, DOT. Pure."""
