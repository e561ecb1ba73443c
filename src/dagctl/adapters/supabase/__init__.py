"""Supabase: the HTTP client, the auth endpoints, the registry and the store."""
