"""Files of the user on the disk: which there are, read within bounds, written whole."""
