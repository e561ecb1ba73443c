"""Twins of the adapters that live in memory, with the same contract, for tests."""
