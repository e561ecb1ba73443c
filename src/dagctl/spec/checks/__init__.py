"""What is checked over a whole spec: its operators, its target, its templates; and warnings."""
