"""`clearprop demo`: a short tour of the service, through its public interface only."""

from service.cli.demo.story import demo

__all__ = ["demo"]
