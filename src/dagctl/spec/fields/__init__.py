"""What single values may be: each field keeps a value exactly or refuses it."""
