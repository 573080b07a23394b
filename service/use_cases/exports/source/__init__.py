"""The forward pass of a network as source code in C and in Python."""
