"""HTTP as dagctl speaks it, to whatever service."""
