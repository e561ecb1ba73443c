"""The terminal: what is printed and how, what only a person can give, the user's editor."""
