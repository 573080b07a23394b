"""How long tests wait for what must happen."""

#: Seconds that nothing takes on the busiest machine: only a test that fails waits so long.
PATIENCE = 120.0
