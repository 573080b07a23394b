"""Reproduce the random numbers of Clearprop from a seed: initial weights and shuffled epochs.

Plain Python without packages; `% 2**n` keeps the lower n bits of an integer.
"""

from collections.abc import Iterator

MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645  # of PCG64
JUMP = 0x9E3779B97F4A7C15F39CC0605CEDC835  # steps from the stream of one epoch to the next


def seed_words(seed: int) -> list[int]:
    """Return four 64-bit words from a seed, 0 to 2^63 − 1, as numpy.random.SeedSequence does."""
    constant = 0x43B0D7E5

    def scramble(word: int, factor: int) -> int:
        nonlocal constant
        word ^= constant
        constant = constant * factor % 2**32
        word = word * constant % 2**32
        return word ^ word >> 16

    pool = [scramble(word, 0x931E8875) for word in (seed % 2**32, seed >> 32, 0, 0)]
    for source in range(4):
        for target in range(4):
            if source != target:
                word = scramble(pool[source], 0x931E8875)
                mixed = (0xCA01F9DD * pool[target] - 0x4973F715 * word) % 2**32
                pool[target] = mixed ^ mixed >> 16
    constant = 0x8B51F9DD
    halves = [scramble(pool[index % 4], 0x58F38DED) for index in range(8)]
    return [halves[index] | halves[index + 1] << 32 for index in range(0, 8, 2)]


def pcg64(seed: int, jumps: int = 0) -> Iterator[int]:
    """Yield the 64-bit numbers of the generator PCG64 (XSL RR 128/64) after a number of jumps."""
    words = seed_words(seed)
    increment = (words[2] << 65 | words[3] << 1 | 1) % 2**128
    state = (increment + (words[0] << 64 | words[1])) * MULTIPLIER + increment
    power = pow(MULTIPLIER, JUMP * jumps % 2**128, (MULTIPLIER - 1) << 128)
    state = (state * power + (power - 1) // (MULTIPLIER - 1) * increment) % 2**128
    while True:
        state = (state * MULTIPLIER + increment) % 2**128
        word, rotation = (state >> 64 ^ state) % 2**64, state >> 122
        yield (word >> rotation | word << (64 - rotation)) % 2**64


def initial_weights(
    seed: int, layer_sizes: list[int], bounds: list[tuple[float, float]]
) -> list[list[float]]:
    """Return the initial weights of each layer after the inputs, row by row; biases are 0.

    `bounds` are low and high of each layer: those of `uniform`; for `glorot` high is
    √(6 / (inputs + units)) and for `he` √(6 / inputs), and low is −high.
    """
    numbers = pcg64(seed)  # one stream for all layers
    layers = []
    for index, (low, high) in enumerate(bounds):
        weights: list[float] = []
        while len(weights) < layer_sizes[index] * layer_sizes[index + 1]:
            weight = low + (high - low) * ((next(numbers) >> 11) * 2.0**-53)
            if weight != high:
                weights.append(weight)
        layers.append(weights)
    return layers


def shuffled_epoch(seed: int, epoch: int, examples: int) -> list[int]:
    """Return the order of the examples, from 0, in an epoch, from 1."""
    numbers = pcg64(seed, jumps=epoch)  # a stream for each epoch
    order = list(range(examples))
    for last in range(examples - 1, 0, -1):
        count = last + 1
        number = next(numbers)
        while number >= 2**64 - 2**64 % count:
            number = next(numbers)
        other = number % count
        order[last], order[other] = order[other], order[last]
    return order


if __name__ == "__main__":
    print("weights of 2-5-1 with seed 7:", initial_weights(7, [2, 5, 1], [(-0.12, 0.12)] * 2))
    print("xor in epoch 1 with shuffle seed 1:", shuffled_epoch(1, 1, 4))
