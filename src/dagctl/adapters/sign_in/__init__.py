"""Where a session is kept, and how a browser hands it over."""
