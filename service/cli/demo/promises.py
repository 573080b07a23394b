"""What a part of the demo raises when the service does not keep a promise."""


class PromiseBroken(Exception):
    """Something did not come out as it must; the message says what, for people."""


def require(holds: bool, message: str) -> None:
    """Raise PromiseBroken with the message unless it `holds`."""
    if not holds:
        raise PromiseBroken(message)
