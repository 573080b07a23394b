"""Converts between the messages of the contract and values of the domain, only here.

Requests are converted without validation, which the domain does. Values that the domain cannot
represent are reported here as invalid fields: unknown enum values (see `enums`) and page tokens.
"""
