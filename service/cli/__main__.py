"""Lets `python -m service.cli` do what `clearprop` does."""

from service.cli import main

main()
