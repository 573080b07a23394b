"""Records: the documents in rows, with their stored names and versions.

A name here never changes; the name in the domain may.
"""
