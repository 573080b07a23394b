"""What goes on in the background: runs, what calls wait for of them, and the maintenance of the store."""
