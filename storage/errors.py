"""What keeps a store from being opened; for whoever starts the server, not for callers."""


class CannotOpenStore(Exception):
    """The store cannot be opened; the message says why and what to do."""
