"""How an engine prepares the arguments of the kernels."""

from hypothesis import given
from hypothesis import strategies as st

from training.engine import next_shuffling
from training.numerics.pcg64 import shuffling


@given(seed=st.integers(0, 2**63 - 1), epoch=st.integers(1, 10**6))
def test_the_shuffling_of_the_next_epoch_follows_from_this_one(seed: int, epoch: int) -> None:
    following = next_shuffling(shuffling(seed, epoch))
    assert following.tolist() == shuffling(seed, epoch + 1).tolist()
