"""The live rate of a run is that of the last second, without the time to start."""

from clearprop.cli.progress import LiveRate


def rates(*looks: tuple[float, int]) -> list[float | None]:
    times = iter([time for time, _ in looks])
    rate = LiveRate(lambda: next(times))
    return [rate.look(done) for _, done in looks]


def test_the_first_look_and_one_right_after_it_give_no_rate() -> None:
    assert rates((100.0, 500), (100.05, 900)) == [None, None]


def test_the_rate_is_that_of_the_last_second() -> None:
    looks = [(0.0, 0), (0.5, 50), (1.0, 100), (1.5, 1100), (2.0, 2100), (2.5, 3100)]
    assert rates(*looks) == [None, 100.0, 100.0, 1050.0, 2000.0, 2000.0]


def test_a_pause_shows_in_the_rate() -> None:
    assert rates((0.0, 0), (1.0, 100), (11.0, 100), (12.0, 100)) == [None, 100.0, 0.0, 0.0]
