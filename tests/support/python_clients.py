"""Programs with the Python client, which notice nothing while servers are replaced one by one."""

import threading
from collections.abc import Callable

import clearprop
from patience import PATIENCE

#: A step takes several segments, so that workers carry it out.
_UPDATES = 500


class Program:
    """Steps a network of its own again and again, and watches it in another thread.

    There is a training set `slow`.
    """

    def __init__(self, target: str) -> None:
        self._client = clearprop.connect(target)
        self.network = self._client.create_network(layer_sizes=[2, 5, 1])
        begun = self.network.step(
            "slow", count=_UPDATES, learning_rate=0.01, batch_size=200, epochs=10**9
        )
        self._run, self.made = begun.run, _UPDATES
        self._seen: list[int] = []
        self._failures: list[clearprop.ClearpropError] = []
        self._is_over = False
        self._threads = [
            threading.Thread(target=self._work, args=[each], daemon=True)
            for each in (self._step_on, self._watch)
        ]
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """End after the step in progress, and require that all updates were seen, each once.

        Raises the error of a call.
        """
        self._is_over = True
        for thread in self._threads:
            thread.join(PATIENCE)
        self._client.close()
        for failure in self._failures:
            raise failure
        assert not any(thread.is_alive() for thread in self._threads), "a call or a watch hangs"
        assert self._seen == list(range(1, self.made + 1))

    def _work(self, work: Callable[[], None]) -> None:
        try:
            work()
        except clearprop.ClearpropError as failure:
            self._failures.append(failure)

    def _step_on(self) -> None:
        while not self._is_over:
            result = self.network.step(count=_UPDATES)
            self.made += _UPDATES
            assert result.updates[-1].number == self.made
        self._run.cancel()

    def _watch(self) -> None:
        for update in self._run.updates(detail="cost"):
            self._seen.append(update.number)
