"""The contract's messages ↔ the domain's values: the only place where they meet.

What comes in is translated as it is, and whether it makes sense the domain says. What has no form
in the domain is noted here as a bad field: the value of an enum that is not known (see `enums`), a
page token.
"""
