"""The error for a store that cannot be opened; for operators, not for callers."""


class CannotOpenStore(Exception):
    """The store cannot be opened; the message says why and what to do."""
