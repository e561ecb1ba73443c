"""Twins of the adapters that live in memory: the same contract, for tests and for use without a disk."""
