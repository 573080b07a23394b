"""One update, line by line: the readable loops, executed once more and written down."""
