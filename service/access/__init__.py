"""Access: who makes a call, and whether the scope of the caller allows it."""
