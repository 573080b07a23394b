"""Calls for tokens."""

from datetime import timedelta

from clearprop.calls.base import PAGE_SIZE, Call, Pages
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.access_pb2 import Scope, Token
from clearprop.values import enum_value


def create_token(name: str, scope: str, lifetime: timedelta | None) -> Call[pb.CreateTokenResponse]:
    """Create a token."""
    seconds = 0
    if lifetime is not None:
        seconds = int(lifetime.total_seconds())
        if seconds < 1:
            raise ValueError("The lifetime of a token must be at least one second.")
    request = pb.CreateTokenRequest(
        name=name, scope=enum_value(Scope, scope), lifetime_seconds=seconds
    )
    return Call(request, pb.CreateTokenResponse)


def list_tokens() -> Pages[pb.ListTokensResponse, Token]:
    """List the tokens."""
    return Pages(
        lambda token: Call(
            pb.ListTokensRequest(page_size=PAGE_SIZE, page_token=token), pb.ListTokensResponse
        ),
        lambda page: (page.tokens, page.next_page_token),
    )


def revoke_token(name: str) -> Call[pb.RevokeTokenResponse]:
    """Revoke a token."""
    return Call(pb.RevokeTokenRequest(name=name), pb.RevokeTokenResponse)
