"""Two versions, side by side: fields, lines, the sides of a git merge. Pure."""
