"""The Supabase session: what it is, where it comes from, when it is renewed. Pure."""
