"""A text as lines, and as a document: plain data that remembers where each value stands. Pure."""
