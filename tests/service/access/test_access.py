"""Valid headers are remembered as long as what they prove is valid."""

from datetime import timedelta
from unittest.mock import Mock

import pytest
from histories import NOW, SetClock

from service.access import access
from service.access.access import Access, Credentials
from service.access.grant import Grant
from service.access.principal import Principal
from service.access.stream_tickets import StreamTickets
from service.access.token_grants import TokenGrants
from training.access import Scope
from training.errors import Unauthenticated

CREDENTIALS = Credentials(["Bearer clearprop_1"])


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def tokens() -> Mock:
    return Mock(spec=TokenGrants)


@pytest.fixture
def policy(clock: SetClock, tokens: Mock) -> Access:
    return Access(clock, tokens, StreamTickets(clock), None, lambda _: None)


def grant(clock: SetClock) -> Grant:
    return Grant(Principal("token:one", Scope.TRAIN), clock, NOW + timedelta(hours=1))


def test_a_valid_token_is_verified_once(policy: Access, clock: SetClock, tokens: Mock) -> None:
    tokens.grant.return_value = expected = grant(clock)
    assert [policy.admit(CREDENTIALS, Scope.READ) for _ in range(3)] == [expected] * 3
    tokens.grant.assert_called_once_with("clearprop_1")


def test_a_token_is_verified_again_when_it_has_expired(
    policy: Access, clock: SetClock, tokens: Mock
) -> None:
    tokens.grant.return_value = grant(clock)
    policy.admit(CREDENTIALS, Scope.READ)
    clock.pass_(timedelta(hours=1))
    tokens.grant.side_effect = Unauthenticated("the token has expired")
    with pytest.raises(Unauthenticated):
        policy.admit(CREDENTIALS, Scope.READ)


async def test_a_token_is_verified_again_when_it_was_revoked(
    policy: Access, clock: SetClock, tokens: Mock
) -> None:
    tokens.grant.return_value = found = grant(clock)
    policy.admit(CREDENTIALS, Scope.READ)
    found.revoke()
    tokens.grant.side_effect = Unauthenticated("the token was revoked")
    with pytest.raises(Unauthenticated):
        policy.admit(CREDENTIALS, Scope.READ)


def test_two_headers_are_refused_although_the_first_is_known(
    policy: Access, clock: SetClock, tokens: Mock
) -> None:
    tokens.grant.return_value = grant(clock)
    policy.admit(CREDENTIALS, Scope.READ)
    with pytest.raises(Unauthenticated, match="send it once"):
        policy.admit(Credentials([*CREDENTIALS.authorization, "Bearer other"]), Scope.READ)


def test_invalid_headers_are_not_remembered(policy: Access, tokens: Mock) -> None:
    tokens.grant.side_effect = Unauthenticated("the token is unknown")
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            policy.admit(CREDENTIALS, Scope.READ)
    assert len(policy._verified) == 0


def test_few_headers_are_remembered(policy: Access, clock: SetClock, tokens: Mock) -> None:
    tokens.grant.return_value = grant(clock)
    for number in range(access._MOST_VERIFIED + 10):
        policy.admit(Credentials([f"Bearer clearprop_{number}"]), Scope.READ)
    assert len(policy._verified) == access._MOST_VERIFIED
