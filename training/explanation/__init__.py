"""Why a weight changed: the chain rule in numbers that anyone can check, and in words."""
