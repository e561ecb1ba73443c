"""The command line: the only modules that import Typer and Rich."""
