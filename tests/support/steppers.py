"""A client that steps a network, and settings with which a run lasts as long as a test does."""

import random
import threading
from collections import Counter

import grpc
from calls import fresh_id, settings
from clearprop.v1 import network_pb2, run_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from patience import PATIENCE
from watch_reading import RETRIED, reconnecting

#: An update with all of these takes nearly 100 µs, so that watchers keep up with training.
EXAMPLES = 300

#: The share of the whole set that validates a run, which leaves so many.
HELD_OUT = 0.25
ALL_EXAMPLES = 400


def slow_settings(factor: int = 1) -> run_pb2.TrainingSettings:
    """Return those of a run that outlasts all kills, and whose patience does not end.

    The set `slow` has `factor * ALL_EXAMPLES` examples: so much longer does an update take.
    """
    return settings(
        "slow",
        rate=0.5,
        batch_size=factor * EXAMPLES,
        epochs=10**9,
        validation=run_pb2.Validation(share=HELD_OUT, every=20),
        stop=run_pb2.StopCondition(patience=10**9, restore_best=True),
    )


class Stepper:
    """A client that steps a network on and on, and repeats a step until it is answered."""

    def __init__(self, target: str, network: network_pb2.Network, factor: int = 1) -> None:
        """Step with the settings of this factor; see `slow_settings`."""
        self.network = network
        self._factor = factor
        self.made = 0
        self.counts: Counter[str] = Counter()
        self._target = target
        self._counts_of_steps = random.Random(2)
        self._stopping = False
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._step_on, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the step that is under way."""
        self._stopping = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "a step is not answered"
        if self._failure is not None:
            raise self._failure

    def _step_on(self) -> None:
        try:
            with reconnecting(self._target) as stub:
                while not self._stopping:
                    self._step(stub, self._counts_of_steps.randint(1, 1_000 // self._factor))
        except Exception as failure:  # noqa: BLE001 (raised where it is stopped)
            self._failure = failure

    def _step(self, stub: TrainingServiceStub, count: int) -> None:
        request = pb.StepRequest(
            network=self.network.network,
            count=count,
            settings=None if self.made else slow_settings(self._factor),
            request_id=fresh_id("step"),
        )
        response = self._answered(stub, request)
        self.made += count
        assert response.updates[-1].update == self.made, "a step was made twice, or not at all"
        self.counts["steps"] += 1

    def _answered(self, stub: TrainingServiceStub, request: pb.StepRequest) -> pb.StepResponse:
        while True:
            try:
                return stub.Step(request, wait_for_ready=True, timeout=PATIENCE)
            except grpc.RpcError as error:
                if error.code() not in RETRIED:
                    raise
                self.counts["steps_cut"] += 1
