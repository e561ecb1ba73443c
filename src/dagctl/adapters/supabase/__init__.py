"""Supabase: its requests and refusals, the auth endpoints, the registry and the store."""
