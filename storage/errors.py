"""Errors of whole databases; for operators, not for callers."""


class CannotOpenStore(Exception):
    """The store cannot be opened; the message says why and what to do."""


class DatabaseInUse(CannotOpenStore):
    """Another process uses the database."""


class DamagedDatabase(Exception):
    """A database is damaged, or is none; the message says which and where."""


class CannotRestore(Exception):
    """A backup cannot be written or restored; the message says why and what to do."""


class CannotTransfer(Exception):
    """A database cannot be copied into another one; the message says why and what to do."""
