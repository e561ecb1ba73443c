"""What is wrong with a text or a value: one type, its codes, its words, and its place. Pure."""
