"""How often a cache had what was asked of it."""

from dataclasses import dataclass


@dataclass(slots=True)
class CacheUses:
    """Counts of a cache, which are approximate if several threads use it without a lock."""

    hits: int = 0
    misses: int = 0

    def count(self, *, is_hit: bool) -> None:
        """Count one use."""
        if is_hit:
            self.hits += 1
        else:
            self.misses += 1
