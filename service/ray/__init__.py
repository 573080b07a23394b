"""Workers that Ray places on any number of machines, restarts, and scales.

Ray decides where workers live; who executes a run is decided by the database alone.
"""
