"""What several servers and workers on one PostgreSQL database cost."""
