"""Lists of updates as responses, whose numbers are copied from memory if they are many."""

from dataclasses import dataclass

from clearprop.v1 import training_service_pb2 as pb

from service.faces.messages.update_bytes import update_elements
from service.faces.messages.updates import updates
from service.use_cases.history import Span


@dataclass(frozen=True, slots=True)
class UpdatesResponse:
    """The response with a list of updates."""

    content: Span
    next_page_token: str = ""

    def message(self) -> pb.ListUpdatesResponse:
        """Return the response as a message."""
        span, message = self.content, self.rest()
        message.updates.extend(updates(span.network, span.parts, span.selection))
        return message

    def serialized(self) -> bytes:
        """Return the bytes of the message."""
        span = self.content
        parts = update_elements(span.network, span.parts, span.selection)
        return b"".join([*parts, self.rest().SerializeToString()])

    def rest(self) -> pb.ListUpdatesResponse:
        """Return the response without its updates."""
        return pb.ListUpdatesResponse(
            next_page_token=self.next_page_token, thinned=self.content.downsampled
        )
