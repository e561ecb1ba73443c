"""What is checked of shell commands: Jinja first, then what bash makes of them. Pure."""
