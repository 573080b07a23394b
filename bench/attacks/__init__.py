"""Hostile clients: each attack is a process, `python -m bench.attacks ATTACK GRPC HTTP SOURCE`."""
