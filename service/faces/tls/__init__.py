"""TLS for both faces: certificates that are read from files, and again when these change."""
