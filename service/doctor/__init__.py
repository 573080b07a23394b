"""What may keep a server from starting or working well on this machine: `clearprop doctor`."""
