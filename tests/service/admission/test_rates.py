"""How many calls a client makes per second."""

from service.admission.rates import Rates
from training.errors import TooManyCalls


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def allowed(rates: Rates, client: str, calls: int) -> int:
    for count in range(calls):
        try:
            rates.count(client)
        except TooManyCalls:
            return count
    return calls


def test_a_client_makes_so_many_calls_per_second_and_as_many_at_once() -> None:
    clock = Clock()
    rates = Rates(8, clock)
    assert allowed(rates, "one", 100) == 8
    assert allowed(rates, "another", 100) == 8
    clock.seconds += 0.5
    assert allowed(rates, "one", 100) == 4
    clock.seconds += 100
    assert allowed(rates, "one", 100) == 8


def test_without_a_limit_nothing_is_refused() -> None:
    assert allowed(Rates(0, Clock()), "one", 1_000) == 1_000
