"""The Python client of Clearprop, a training service for feed-forward neural networks.

    import clearprop

    with clearprop.connect("127.0.0.1:50051") as client:
        network = client.create_network("first", layer_sizes=[2, 5, 1])
        run = network.train("xor", learning_rate=5.0, batch_size=4, epochs=10_000)
        for update in run.updates(stride=1000):
            print(update.number, update.cost)
        print(network.predict([[0, 1], [1, 1]]).outputs)

`connect` returns a `Client`, whose methods return the handles `Network`, `Run` and `TrainingSet`.
Calls that are refused or fail raise `ClearpropError`. `clearprop.aio` is the same client for
asyncio; `clearprop.v1` contains the generated classes of the contract.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clearprop._sync.backups import Backup
    from clearprop._sync.client import Client, connect
    from clearprop._sync.exports import Export
    from clearprop._sync.networks import Network
    from clearprop._sync.runs import Run
    from clearprop._sync.training_sets import TrainingSet
    from clearprop.changes import Comparison, Reset, WeightChange
    from clearprop.columns import Columns
    from clearprop.errors import ClearpropError, Violation
    from clearprop.explanations import Explanation
    from clearprop.infos import NetworkInfo, RunEvent, RunInfo, StepResult
    from clearprop.measures import (
        AverageMeasures,
        Classification,
        ClassMeasures,
        Evaluation,
        GradientCheck,
        GradientDifference,
        OutputErrors,
        WorstExample,
    )
    from clearprop.options import ExampleOptions, NetworkOptions, StepOptions, TrainingOptions
    from clearprop.projections import Projection
    from clearprop.snapshots import History, Prediction, Snapshot, State
    from clearprop.summaries import LayerSummary, Summaries, UpdateSummary
    from clearprop.sweeps.ranges import Range
    from clearprop.sweeps.results import SweepResult, SweepRow, SweepTrial
    from clearprop.table_infos import InputColumn, Preparation, TableInfo
    from clearprop.tables.options import TableOptions
    from clearprop.traces import TracedExample, TracedUpdate
    from clearprop.training_set_infos import GeneratorInfo, TrainingSetInfo
    from clearprop.training_warnings import TrainingWarning
    from clearprop.verifications import Difference, Verification
    from clearprop.walks import WalkedLine, WalkedPhase, WalkedUpdate
    from clearprop.watches import WatchOptions
    from clearprop.weights.model_weights import ModelWeights
    from clearprop.weights.scikit_learn import sklearn_weights

__all__ = [
    "AverageMeasures",
    "Backup",
    "ClassMeasures",
    "Classification",
    "ClearpropError",
    "Client",
    "Columns",
    "Comparison",
    "Difference",
    "Evaluation",
    "ExampleOptions",
    "Explanation",
    "Export",
    "GeneratorInfo",
    "GradientCheck",
    "GradientDifference",
    "History",
    "InputColumn",
    "LayerSummary",
    "ModelWeights",
    "Network",
    "NetworkInfo",
    "NetworkOptions",
    "NewToken",
    "OutputErrors",
    "Prediction",
    "Preparation",
    "Projection",
    "Range",
    "Reset",
    "Run",
    "RunEvent",
    "RunInfo",
    "Snapshot",
    "State",
    "StepOptions",
    "StepResult",
    "Summaries",
    "SweepResult",
    "SweepRow",
    "SweepTrial",
    "TableInfo",
    "TableOptions",
    "TokenInfo",
    "TracedExample",
    "TracedUpdate",
    "TrainingOptions",
    "TrainingSet",
    "TrainingSetInfo",
    "TrainingWarning",
    "UpdateSummary",
    "Verification",
    "Violation",
    "WalkedLine",
    "WalkedPhase",
    "WalkedUpdate",
    "WatchOptions",
    "WeightChange",
    "WorstExample",
    "connect",
    "sklearn_weights",
]

#: The module of each name. It is imported when the name is first used, so that commands that make
#: no call, such as `clearprop --help`, start without gRPC.
_MODULES = {
    "AverageMeasures": "measures",
    "Backup": "_sync.backups",
    "ClassMeasures": "measures",
    "Classification": "measures",
    "ClearpropError": "errors",
    "Client": "_sync.client",
    "Columns": "columns",
    "Comparison": "changes",
    "Difference": "verifications",
    "Evaluation": "measures",
    "ExampleOptions": "options",
    "Explanation": "explanations",
    "Export": "_sync.exports",
    "GeneratorInfo": "training_set_infos",
    "GradientCheck": "measures",
    "GradientDifference": "measures",
    "History": "snapshots",
    "InputColumn": "table_infos",
    "LayerSummary": "summaries",
    "ModelWeights": "weights.model_weights",
    "Network": "_sync.networks",
    "NetworkInfo": "infos",
    "NetworkOptions": "options",
    "NewToken": "token_infos",
    "OutputErrors": "measures",
    "Prediction": "snapshots",
    "Preparation": "table_infos",
    "Projection": "projections",
    "Range": "sweeps.ranges",
    "Reset": "changes",
    "Run": "_sync.runs",
    "RunEvent": "infos",
    "RunInfo": "infos",
    "Snapshot": "snapshots",
    "State": "snapshots",
    "StepOptions": "options",
    "StepResult": "infos",
    "Summaries": "summaries",
    "SweepResult": "sweeps.results",
    "SweepRow": "sweeps.results",
    "SweepTrial": "sweeps.results",
    "TableInfo": "table_infos",
    "TableOptions": "tables.options",
    "TokenInfo": "token_infos",
    "TracedExample": "traces",
    "TracedUpdate": "traces",
    "TrainingOptions": "options",
    "TrainingSet": "_sync.training_sets",
    "TrainingSetInfo": "training_set_infos",
    "TrainingWarning": "training_warnings",
    "UpdateSummary": "summaries",
    "Verification": "verifications",
    "Violation": "errors",
    "WalkedLine": "walks",
    "WalkedPhase": "walks",
    "WalkedUpdate": "walks",
    "WatchOptions": "watches",
    "WeightChange": "changes",
    "WorstExample": "measures",
    "connect": "_sync.client",
    "sklearn_weights": "weights.scikit_learn",
}

if not TYPE_CHECKING:  # type checkers would accept any name

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(f"clearprop.{_MODULES[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
