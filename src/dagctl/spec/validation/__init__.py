"""How a model is checked: its base, and what is said of unknown keys and wrong types."""
