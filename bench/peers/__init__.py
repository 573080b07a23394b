"""The engine's peers: the same work as others would do it, one file a peer.

Each file has `loop(work)`, which returns a `Loop`, and `version()`.  None of
them imports the application, so that a peer can run in an environment of its own.
"""
