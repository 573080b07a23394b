"""Builds and checks what is released: `make audit` and `make release`."""
