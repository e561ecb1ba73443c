"""What is known of a DAG file while it is read: objects, names, bounds, and the calls it is in."""
