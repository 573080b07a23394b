"""The calls of the contract: how arguments of Python become requests. No call is made here."""
