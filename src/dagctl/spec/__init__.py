"""What the user wrote: readers that keep positions, the model, and every check. Pure."""
