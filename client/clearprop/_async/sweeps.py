"""Trains the networks of a sweep, for asyncio."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from clearprop._async.networks import AsyncNetwork
from clearprop._async.runs import AsyncRun
from clearprop._transports.tasks import completed
from clearprop.errors import ClearpropError
from clearprop.sweeps.plan import Plan, Trial
from clearprop.sweeps.results import SweepResult, SweepTrial
from clearprop.sweeps.setting_texts import words_of
from clearprop.training_set_infos import TrainingSetInfo

if TYPE_CHECKING:
    from clearprop._async.client import AsyncClient

#: What is called with each trial that is over, how many are, and how many there are.
Report = Callable[[SweepTrial, int, int], object]


class AsyncSweep:
    """The trials of one plan, which are trained unless they are already.

    No trial is trained twice, even if another process is killed in the middle of the same sweep or
    works on it now: the ids of its networks and requests follow from the plan.
    """

    def __init__(self, client: "AsyncClient", plan: Plan, training_set: TrainingSetInfo) -> None:
        self._client = client
        self._plan = plan
        self._training_set = training_set
        self._networks: Mapping[str, AsyncNetwork] = {}
        self._trained: list[int] = []

    async def train(self, at_once: int, report: Report | None) -> SweepResult:
        """Train up to `at_once` networks at a time, and return the result of all."""
        trials = self._plan.trials
        self._networks = await self._found()
        results = []
        async for result in completed(self._result_of, trials, at_once):
            results.append(result)
            if report is not None:
                report(result, len(results), len(trials))
        return SweepResult(self._plan, results, len(self._trained))

    async def _found(self) -> dict[str, AsyncNetwork]:
        """Return the networks of the sweep, by id; those of another plan are refused.

        A network that was never trained is deleted instead: its run was refused.
        """
        found = {}
        async for network in self._client.networks():
            if network.labels.get("sweep") == self._plan.sweep:
                try:
                    self._plan.check(network)
                except ValueError:
                    if not await self._deleted(network):
                        raise
                else:
                    found[network.id] = network
        return found

    async def _deleted(self, network: AsyncNetwork) -> bool:
        """Delete a network unless it has runs; return whether it does not exist any more."""
        try:
            if network.latest_update or [run async for run in network.runs()]:
                return False
            await network.delete()
        except ClearpropError as error:
            if error.reason != "NETWORK_NOT_FOUND":
                raise
        return True

    async def _result_of(self, trial: Trial) -> SweepTrial:
        try:
            run = await self._run_of(trial)
            if run.state == "PAUSED":
                await run.resume()
            if not run.is_over:
                await run.wait()
        except ClearpropError as error:
            error.add_note(f"in trial {trial.number} ({words_of(trial.settings)})")
            raise
        return SweepTrial.of(trial, run)

    async def _run_of(self, trial: Trial) -> AsyncRun:
        network = self._networks.get(trial.network) or await self._created(trial)
        runs = [run async for run in network.runs()]
        if not runs:
            return await self._started(trial, network)
        run = runs[-1]  # the first one; the others are not those of the sweep
        if run.message.training_set_uid != self._training_set.uid:
            raise ValueError(
                f"The training set {self._training_set.id!r} was replaced since the sweep"
                f" {self._plan.sweep!r} trained network {network.id}. Use another name for this"
                " sweep, or delete its networks."
            )
        return run

    async def _started(self, trial: Trial, network: AsyncNetwork) -> AsyncRun:
        self._trained.append(trial.number)
        # The uid makes the request that of this network, even if its id is used again.
        request_id = f"sweep/{trial.network}/{network.uid}"
        try:
            return await network.train(
                self._training_set.id, request_id=request_id, **trial.training_options
            )
        except ClearpropError as error:
            if error.violations:  # a corrected sweep can have the same name
                await self._deleted(network)
            raise

    async def _created(self, trial: Trial) -> AsyncNetwork:
        try:
            return await self._client.create_network(
                trial.network, layer_sizes=trial.layer_sizes, **trial.network_options
            )
        except ClearpropError as error:
            if error.reason != "NETWORK_EXISTS":
                raise
        network = await self._client.network(trial.network)
        self._plan.check_network(trial, network)
        return network
