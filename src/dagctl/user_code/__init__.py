"""Code inside the values of a spec: Python, shell commands, Jinja. Read, and never run. Pure."""
