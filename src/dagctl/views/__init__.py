"""The JSON form of each result, once: the command line and the server share it. Pure."""
