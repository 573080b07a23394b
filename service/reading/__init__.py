"""Reads histories: snapshots of any update, what is selected of them, and what many watch."""
