"""Records: the documents in rows, by the names and versions that are stored.

A name here is for ever; what the domain calls the same thing may change.
"""
