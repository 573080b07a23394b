"""Training sets of random numbers: with more examples an update takes longer."""

import random

from calls import examples
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub


def create_made_up_set(stub: TrainingServiceStub, name: str, count: int) -> None:
    """Create a set for networks with two inputs: which of the two is greater."""
    numbers = random.Random(1)
    rows = [[numbers.random(), numbers.random()] for _ in range(count)]
    content = examples([(row, [float(row[0] > row[1])]) for row in rows])
    stub.CreateTrainingSet(pb.CreateTrainingSetRequest(training_set=name, examples=content))
