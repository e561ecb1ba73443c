"""The language of specs: the model, what it takes, and what is checked of it. Pure."""
