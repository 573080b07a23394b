"""Which calls may use a thread, in which order, and for how long."""
