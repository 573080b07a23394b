"""One update, line by line: a recorded execution of the readable loops."""
