"""Read-only views of tokens, shared by both forms of the client."""

from datetime import UTC, datetime

from clearprop.v1 import access_pb2
from clearprop.v1.training_service_pb2 import CreateTokenResponse
from clearprop.values import enum_word


class TokenInfo:
    """A token without its secret; `message` is the message of the contract."""

    def __init__(self, message: access_pb2.Token) -> None:
        self.message = message

    @property
    def name(self) -> str:
        """The name of the token."""
        return self.message.name

    @property
    def scope(self) -> str:
        """What its callers are allowed to do: `read`, `train` or `admin`."""
        return enum_word(access_pb2.Scope, self.message.scope)

    @property
    def create_time(self) -> datetime:
        """The time of its creation, in UTC."""
        return self.message.create_time.ToDatetime(UTC)

    @property
    def expire_time(self) -> datetime | None:
        """The time from which on it is not valid any more, in UTC; None: it does not expire."""
        if not self.message.HasField("expire_time"):
            return None
        return self.message.expire_time.ToDatetime(UTC)


class NewToken(TokenInfo):
    """A token that was just created, with its secret, which cannot be read again."""

    def __init__(self, response: CreateTokenResponse) -> None:
        super().__init__(response.token)
        self.response = response

    @property
    def secret(self) -> str:
        """The secret to send as a bearer token."""
        return self.response.secret
