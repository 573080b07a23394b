# Generated from clearprop/_async/__init__.py by `make client`: change that file.
"""The client for threads, generated from `clearprop._async`."""
