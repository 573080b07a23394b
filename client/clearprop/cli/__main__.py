"""Lets `python -m clearprop.cli` do what `clearprop` does."""

from clearprop.cli import main

main()
