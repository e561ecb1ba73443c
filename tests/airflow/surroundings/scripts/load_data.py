print("loaded")  # noqa: T201 - the last line is the task's value
