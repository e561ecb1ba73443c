"""A stand-in for Supabase: loopback HTTP in front of a real PostgreSQL. For tests only."""

from tests.stand_in.stand_in import StandIn

__all__ = ["StandIn"]
