"""What a network cannot learn, or will learn badly: found in data and history, never refused."""
