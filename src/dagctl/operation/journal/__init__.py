"""The journal's entry of an operation under way: its values, its JSON form, its checks."""
