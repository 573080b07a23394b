"""`clearprop demo`: the whole service in a minute, through its public interface only."""

from service.cli.demo.story import demo

__all__ = ["demo"]
