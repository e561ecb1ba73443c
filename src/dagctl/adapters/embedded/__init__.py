"""The embedded backend: registry and store on this machine."""
