"""The error of the demo for a promise that the service does not keep."""


class PromiseBroken(Exception):
    """The service did not do what it promises; the message is for people."""


def require(holds: bool, message: str) -> None:
    """Raise PromiseBroken with the message unless it `holds`."""
    if not holds:
        raise PromiseBroken(message)
