"""The HTTP API: the guide's endpoints over the same commands as the command line."""
