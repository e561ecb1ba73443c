"""Templates: which there are and where, what is wrong with one, fetching, sharing, upgrades."""
