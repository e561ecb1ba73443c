"""What would be done: a plan for each kind of operation, before anything is changed."""
