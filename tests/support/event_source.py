"""Server-sent events as the HTML standard has clients read them, and a client that gets cut off."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import requests
from patience import PATIENCE


@dataclass(frozen=True)
class Event:
    """One event, and the id that a client resumes with after it."""

    name: str
    data: Any
    last_id: str


@dataclass
class EventSource:
    """Reads a stream of events; a new connection resumes after the last id that was read."""

    url: str
    last_id: str = ""
    connections: int = 0
    statuses: list[int] = field(default_factory=list)

    def read(self, most_bytes: int | None = None) -> Iterator[Event]:
        """Connect, and read to the end or until so many bytes have come; then close."""
        self.connections += 1
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        with requests.get(self.url, headers=headers, stream=True, timeout=PATIENCE) as response:
            self.statuses.append(response.status_code)
            read, pending = 0, b""
            for chunk in response.iter_content(None):
                take = chunk if most_bytes is None else chunk[: most_bytes - read]
                read += len(take)
                *events, pending = (pending + take).split(b"\n\n")
                for event in map(self._event, events):
                    if event is not None:
                        yield event
                if read == most_bytes:
                    return

    def _event(self, block: bytes) -> Event | None:
        name, data, number = "message", None, self.last_id
        for line in block.decode().split("\n"):
            key, _, value = line.partition(": ")
            if key == "event":
                name = value
            elif key == "data":
                data = json.loads(value)
            elif key == "id":
                number = value
        self.last_id = number
        return None if data is None else Event(name, data, number)
