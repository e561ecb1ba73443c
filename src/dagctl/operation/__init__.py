"""The operation: plan, steps, undo, recovery. Knows ports only."""
