"""Example requests for the OpenAPI document.

Sent in this order, all succeed except the last one, because the run has ended by then.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

_SETTINGS = {"trainingSet": "xor", "learningRate": 0.5, "batchSize": 4, "epochs": "1000"}

#: The parameters of paths.
PATHS: Final[Mapping[str, str]] = MappingProxyType(
    {"name": "ci", "network": "first", "run": "1", "training_set": "xor", "update": "1"}
)

#: The body of each call that has one, by the name of the call.
BODIES: Final[Mapping[str, dict[str, Any]]] = MappingProxyType(
    {
        "CreateNetwork": {"network": "first", "layerSizes": [2, 5, 1]},
        "Step": {"settings": _SETTINGS},
        "PauseRun": {},
        "ResumeRun": {},
        "WatchUpdates": {"startUpdate": "0", "detail": "DETAIL_COST", "untilRun": "1"},
        "TraceUpdate": {"update": "1"},
        "ExplainWeight": {"update": "1", "layer": 1, "unit": 0, "input": 0},
        "WalkUpdate": {"update": "1", "stepCount": 20},
        "CheckGradients": {"trainingSet": "xor"},
        "Predict": {"inputs": [{"values": [0, 1]}, {"values": [1, 1]}]},
        "Evaluate": {"trainingSet": "xor"},
        "ProjectExamples": {"trainingSet": "xor"},
        "SetWeights": {"weights": [{"layer": 1, "unit": 0, "input": 0, "value": 0.1}]},
        "ResetWeights": {"initializer": {"kind": "INITIALIZER_KIND_GLOROT", "seed": "1"}},
        "ForkNetwork": {"newNetwork": "second", "update": "1"},
        "UpdateNetwork": {"labels": {"colour": "blue"}},
        "CreateTrainingSet": {
            "trainingSet": "nand",
            "examples": [
                {"inputs": [0, 0], "targets": [1]},
                {"inputs": [1, 0], "targets": [1]},
                {"inputs": [0, 1], "targets": [1]},
                {"inputs": [1, 1], "targets": [0]},
            ],
        },
        "UploadTrainingSet": {
            "trainingSet": "copy",
            "examples": [{"inputs": [0], "targets": [0]}, {"inputs": [1], "targets": [1]}],
        },
        "Train": {"settings": _SETTINGS},
        "CreateToken": {"name": "ci", "scope": "SCOPE_TRAIN", "lifetimeSeconds": "86400"},
        "CreateTicket": {},
        "DeleteUpdates": {"beforeUpdate": "1"},
        "CancelRun": {},
    }
)
