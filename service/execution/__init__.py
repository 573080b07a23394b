"""What goes on in the background: runs, outcomes that calls wait for, the store's maintenance."""
