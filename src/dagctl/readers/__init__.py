"""Text as a document: plain data that remembers where each value stands. YAML and JSON."""
