"""The limits of the service: checked by multiplying sizes, before anything is allocated."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of requests; every number is inclusive."""

    request_bytes: int = 16 * 2**20
    response_bytes: int = 64 * 2**20
    layers: int = 64
    parameters: int = 1_000_000
    networks: int = 10_000
    training_sets: int = 10_000
    training_set_bytes: int = 512 * 2**20  # inputs and targets, as float64
    uploads: int = 4  # at the same time: each may hold a whole training set
    watches: int = 1_000
    watches_of_client: int = 250  # from one address
    walk_lines: int = 50_000  # of one update: about two seconds
    batch_numbers: int = 2**24  # examples of a batch × units of all layers: about 800 MB to train


#: The maximum of epochs × examples of one run: integers up to this are exact as doubles in every
#: language.
MOST_EXAMPLES_OF_A_RUN = 2**53
