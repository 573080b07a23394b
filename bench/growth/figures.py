"""The plots: `make bench ARGS=growth` measures and draws all of them, which takes 15 minutes.

`ARGS='growth parameters batch'` measures these only, `ARGS='growth draw'` only draws what was
measured, `ARGS='growth quick'` prints the times at the two smallest sizes of each plot and keeps
nothing.
"""

import sys
from pathlib import Path

from bench.growth import document
from bench.growth.curves import Measured, Plot, load
from bench.growth.histories import by_history
from bench.growth.networks import by_networks
from bench.growth.training import by_batch, by_parameters
from bench.growth.watchers import by_watchers, until_received
from bench.report import when

_NUMBERS = Path(__file__).with_name("numbers")
_COUNTS = (1, 2, 5, 20, 100, 500)

PLOTS = [
    Plot(
        "parameters",
        "An update of networks n-n-n with batches of 32, in the engine, one thread",
        "parameters",
        "time per update",
        (2, 4, 7, 12, 22, 39, 71, 126, 224, 398, 707),
        by_parameters,
    ),
    Plot(
        "batch",
        "An example of a batch, 784-100-10, in the engine, one thread",
        "examples in a batch",
        "time per example",
        tuple(2**power for power in range(11)),
        by_batch,
    ),
    Plot(
        "history",
        "Calls about a 2-5-1 network with a long history, over gRPC",
        "updates in the history",
        "median time of a call",
        tuple(10**power for power in range(3, 9)),
        by_history,
    ),
    Plot(
        "networks",
        "Calls to a server with many 2-5-1 networks, over gRPC",
        "networks in the store",
        "median time of a call",
        (1, 10, 100, 1_000, 10_000),
        by_networks,
    ),
    Plot(
        "watchers",
        "Training of 2-5-1 until the last watcher has received everything",
        "watchers",
        "time per update",
        _COUNTS,
        by_watchers,
    ),
    Plot(
        "receipt",
        "From sending a Step until watchers receive its update",
        "watchers",
        "time",
        _COUNTS,
        until_received,
    ),
]


def main(*words: str) -> None:
    """Measure and draw all plots, or those that are named.

    Raises:
        SystemExit: there is no such plot.
    """
    plots = {plot.name: plot for plot in PLOTS}
    match words:
        case ["draw"]:
            for plot in PLOTS:
                document.write(plot, load(numbers(plot)))
        case ["quick"]:
            for plot in PLOTS:
                _say(plot, measured(plot, 2))
        case _ if set(words) <= plots.keys():
            for name in words or plots:
                _keep(plots[name])
        case _:
            sys.exit(__doc__)


def numbers(plot: Plot) -> Path:
    """Return where the times of a plot are kept."""
    return _NUMBERS / f"{plot.name}.json"


def measured(plot: Plot, most: int | None = None) -> Measured:
    """Measure a plot, or its smallest sizes only."""
    return Measured(plot.measure(plot.sizes[:most]), f"Measured {when()}")


def _keep(plot: Plot) -> None:
    found = measured(plot)
    _NUMBERS.mkdir(exist_ok=True)
    found.save(numbers(plot))
    document.write(plot, found)
    _say(plot, found)


def _say(plot: Plot, found: Measured) -> None:
    sys.stdout.write(f"{plot.title}: {plot.time}\n\n{document.table(plot, found)}\n")
    sys.stdout.flush()
