"""What a conversion gives: the specs, and a report of what each line became."""
