"""Every RPC has a method of the client and a command, which can set every field of the request.

A new RPC needs a line in `RPCS`; a field that a method or a command leaves out needs a reason here.
"""

import inspect
import typing
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import clearprop
import clearprop.aio
import pytest
import typer
from clearprop.cli.option_names import CURRENT, option_of
from clearprop.cli.program import app
from clearprop.v1 import training_service_pb2 as pb
from google.protobuf.descriptor import Descriptor


class Ways(NamedTuple):
    """The methods of the client that make the calls of an RPC, and the command that uses them."""

    methods: str
    command: str


RPCS = {
    "CreateNetwork": Ways("Client.create_network Client.import_network", "create"),
    "ForkNetwork": Ways("Network.fork", "fork"),
    "GetNetwork": Ways("Client.network Network.refresh", "state"),
    "ListNetworks": Ways("Client.networks", "networks"),
    "UpdateNetwork": Ways("Network.set_labels", ""),
    "DeleteNetwork": Ways("Network.delete", "delete"),
    "DeleteUpdates": Ways("Network.delete_updates", "delete-updates"),
    "CreateTrainingSet": Ways(
        "Client.create_training_set Client.generate_training_set", "generate"
    ),
    "UploadTrainingSet": Ways("Client.upload_training_set Client.upload_table", "import"),
    "GetTrainingSet": Ways("Client.training_set TrainingSet.examples", "training-sets show"),
    "ListTrainingSets": Ways("Client.training_sets", "training-sets"),
    "DeleteTrainingSet": Ways("TrainingSet.delete", "training-sets delete"),
    "Train": Ways("Network.train", "train"),
    "Step": Ways("Network.step", "step"),
    "PauseRun": Ways("Run.pause", "pause"),
    "ResumeRun": Ways("Run.resume", "resume"),
    "CancelRun": Ways("Run.cancel", "cancel"),
    "GetRun": Ways("Network.run Run.refresh", "watch"),
    "ListRuns": Ways("Network.runs", "runs"),
    "GetState": Ways("Network.state", "state"),
    "ListUpdates": Ways("Network.updates Network.history", "history"),
    "WatchUpdates": Ways("Network.watch Run.watch Run.columns", "watch"),
    "Predict": Ways("Network.predict", "predict"),
    "Evaluate": Ways("Network.evaluate Network.worst_examples", "evaluate"),
    "ProjectExamples": Ways("Network.project", "project"),
    "CheckGradients": Ways("Network.check_gradients", "check-gradients"),
    "ExportNetwork": Ways("Network.export", "export"),
    "VerifyHistory": Ways("Network.verify", "verify"),
    "SetWeights": Ways("Network.set_weights", "set-weight"),
    "ResetWeights": Ways("Network.reset", "reset"),
    "CompareUpdates": Ways("Network.compare Network.changes", "diff"),
    "SummarizeUpdates": Ways("Network.summarize", "summarize"),
    "TraceUpdate": Ways("Network.trace", "trace"),
    "ExplainWeight": Ways("Network.explain", "explain"),
    "WalkUpdate": Ways("Network.walk", "walk"),
    "CreateToken": Ways("Client.create_token", "tokens create"),
    "ListTokens": Ways("Client.tokens", "tokens list"),
    "RevokeToken": Ways("Client.revoke_token", "tokens revoke"),
    "CreateTicket": Ways("", ""),
    "GetServerInfo": Ways("Client.server_info", "info"),
    "BackUpStore": Ways("Client.back_up", "backup"),
    "ListAuditEntries": Ways("Client.audit_entries", "audit"),
}

NO_COMMAND = {
    "UpdateNetwork": "labels are notes of programs; `create --label` and `fork --label` set them",
    "CreateTicket": "clients of gRPC send the token itself with a stream",
}

#: What a handle knows of itself and sends.
HANDLES = {
    "Client": set[str](),
    "Network": {"network", "uid"},
    "Run": {"network", "uid", "run", "until_run", "start_update"},
    "TrainingSet": {"training_set"},
}

#: Parameters of the client and of commands that have a name of their own for a field.
NAMES = {
    "base_update": {"base", "first"},
    "before_update": {"before"},
    "class_names": {"class_names", "classes"},
    "clipping.norm": {"clip_norm"},
    "clipping.value": {"clip_value"},
    "cost_function": {"cost"},
    "CompareUpdates.page_size": {"most"},
    "CompareUpdates.update": {"second"},
    "dropout.rates": {"dropout"},
    "dropout.seed": {"dropout_seed"},
    "end_update": {"end", "last"},
    "Evaluate.page_size": {"most"},
    "example_count": {"examples"},
    "example_indices": {"example_indices", "examples"},
    "examples": {"inputs", "targets"},
    "first_position": {"place"},
    "first_step": {"first"},
    "ForkNetwork.new_network": {"new"},
    "format": {"file_format"},
    "frozen.biases": {"frozen_biases"},
    "frozen.layers": {"frozen_layers"},
    "generator.example_count": {"examples"},
    "generator.kind": {"generator", "kind"},
    "image_shape": {"image_shape", "shape"},
    "initial_parameters": {"initial_weights", "initial_biases"},
    "initializer.kind": {"initializer"},
    "input": {"source"},
    "labels": {"label"},
    "layer_sizes": {"layers"},
    "layers": {"weights", "biases"},
    "non_finite_cost": {"stop_on_non_finite_cost"},
    "next": {"next_update"},
    "parameter_count": {"parameters"},
    "ResetWeights.parameters": {"weights", "biases"},
    "GetRun.run": {"number", "run"},
    "lifetime_seconds": {"lifetime", "expires"},
    "optimizer.kind": {"optimizer"},
    "position_count": {"examples"},
    "schedule.factor": {"schedule_factor"},
    "schedule.kind": {"schedule"},
    "schedule.min_delta": {"schedule_min_delta"},
    "schedule.minimum": {"schedule_minimum"},
    "schedule.patience": {"schedule_patience"},
    "schedule.period": {"schedule_period"},
    "schedule.rates": {"schedule_rates"},
    "schedule.unit": {"schedule_unit"},
    "schedule.warmup": {"schedule_warmup"},
    "settings.training_set": {"training_set", "on"},
    "SummarizeUpdates.max_bins": {"max_bins", "bins"},
    "SummarizeUpdates.max_points": {"max_points", "points"},
    "start_update": {"start", "first"},
    "step_count": {"lines"},
    "training_set": {"on", "name"},
    "UploadTrainingSet.columns": {"table", "file"},
    "UploadTrainingSet.table": {"table", "file"},
    "Predict.columns": {"inputs", "table"},
    "Predict.contributions": {"contributions", "why"},
    "unit": {"unit", "by_epochs"},
    "until_run": {"run"},
    "validation.every": {"validation_every"},
    "validation.fold": {"validation_fold"},
    "validation.folds": {"validation_folds"},
    "validation.seed": {"validation_seed"},
    "validation.share": {"validation_share"},
    "validation.training_set": {"validation_set"},
    "validation.unit": {"validation_unit"},
    "view": {"full"},
    "SetWeights.weights": {"values", "value"},
}

#: Fields that no method of the client has a parameter for.
NOT_IN_THE_CLIENT = {
    "page_token": "the client reads all pages",
    "page_size": "the client chooses it",
    "number_format": "for files of arrays; the client reads messages, which have doubles",
    "encoding": "`columns` asks for columns, `watch` and `updates` for updates",
    "include_examples": "`examples` asks for them, `training_set` does not",
    "update_mask": "labels are all that can be updated",
    "validate_only": "for pages and forms, which ask while somebody types",
    "CreateTrainingSet.columns": "`upload_table` uploads, which takes tables of any size",
    "CreateTrainingSet.table": "`upload_table` uploads, which takes tables of any size",
    "received": "the client sends it when it resumes a watch",
    "preparation": "`import_network` sends that of a document",
    "optimizer_state": "`import_network` sends that of a document",
}

#: Fields that no option of a command gives, beside those that no method does.
NOT_ON_THE_COMMAND_LINE = {
    "CreateTrainingSet.class_names": "`import` uploads, and names the classes of a column",
    "request_id": "the client makes one for each command, with which it repeats the call",
    "etag": "a command acts on the network as it is when it is typed",
    "uid": "a command is about the network that has the id now",
    "initial_parameters": "`import-network` reads them from a document",
    "detail": "a command shows costs; --json has what it needs",
    "CreateTrainingSet.examples": "`import` uploads, which takes sets of any size",
    "CreateTrainingSet.image_shape": "`import` uploads, which takes sets of any size",
    "CreateTrainingSet.weights": "`import` uploads, which takes sets of any size",
    "ListUpdates.max_points": "the command draws as many as the terminal is wide",
    "Predict.activations": "`trace` shows the activations of each unit",
    "layers": "`set-weight` sets one; whole layers are for programs",
    "ResetWeights.parameters": "whole layers are for programs",
}

#: Fields of requests that are not in their settings.
WHOLE = ("settings.", "initializer.", "generator.")

#: Errors about them name the row of a file.
READ_FROM_FILES = {"examples", "columns"}

METHODS = pb.DESCRIPTOR.services_by_name["TrainingService"].methods_by_name
SETTINGS = {
    "Clipping",
    "Dropout",
    "Frozen",
    "Generator",
    "Initializer",
    "LearningRateSchedule",
    "Optimizer",
    "Penalty",
    "StopCondition",
    "TrainingSettings",
    "Validation",
}


def fields(message: Descriptor, prefix: str = "") -> Iterator[str]:
    for field in message.fields:
        if field.message_type is not None and field.message_type.name in SETTINGS:
            yield from fields(field.message_type, f"{field.name}.")
        else:
            yield prefix + field.name


def parameters(method: Any) -> set[str]:
    """Return the names of a method's parameters, and those of its options."""
    names: set[str] = set()
    for each in inspect.signature(method).parameters.values():
        if each.kind is inspect.Parameter.VAR_KEYWORD:
            names |= typing.get_type_hints(typing.get_args(each.annotation)[0]).keys()
        else:
            names.add(each.name)
    return names


def looked_up(table: dict[str, Any], rpc: str, field: str) -> Any:
    """Return what a table says of a field: of this RPC, or with this prefix, or of all."""
    return next((table[key] for key in keys(rpc, field) if key in table), None)


def keys(rpc: str, field: str) -> tuple[str, str, str]:
    return f"{rpc}.{field}", field, field.rpartition(".")[2]


@cache
def command_line() -> Any:
    """Return all commands, which are built in a tenth of a second."""
    return typer.main.get_command(app)


def commands(group: Any = None, prefix: str = "") -> dict[str, set[str]]:
    """Return the names of each command's arguments and options."""
    group = group or command_line()
    found = {}
    for name, command in group.commands.items():
        found[prefix + name] = {each.name for each in command.params}
        if hasattr(command, "commands"):
            found |= commands(command, f"{name} ")
    return found


def given(rpc: str, field: str, names: set[str]) -> bool:
    accepted = {field.rpartition(".")[2]} | (looked_up(NAMES, rpc, field) or set())
    return bool(accepted & names)


def test_every_rpc_is_listed() -> None:
    assert RPCS.keys() == set(METHODS)


def test_the_tables_name_only_existing_fields() -> None:
    there_are = {
        key
        for rpc, method in METHODS.items()
        for field in fields(method.input_type)
        for key in keys(rpc, field)
    }
    assert NAMES.keys() | NOT_IN_THE_CLIENT.keys() | NOT_ON_THE_COMMAND_LINE.keys() <= there_are


@pytest.mark.parametrize("rpc", RPCS)
def test_every_rpc_has_a_method_in_both_forms_of_the_client(rpc: str) -> None:
    for each in RPCS[rpc].methods.split():
        kind, name = each.split(".")
        assert callable(getattr(getattr(clearprop, kind), name))
        assert callable(getattr(getattr(clearprop.aio, f"Async{kind}"), name))


def test_every_rpc_has_a_command_or_a_reason() -> None:
    there_are = commands()
    assert {rpc for rpc, ways in RPCS.items() if not ways.command} == NO_COMMAND.keys()
    assert {ways.command for ways in RPCS.values() if ways.command} <= there_are.keys()


@pytest.mark.parametrize("rpc", RPCS)
def test_every_field_of_a_request_is_a_parameter_of_a_method(rpc: str) -> None:
    names = set[str]()
    for each in RPCS[rpc].methods.split():
        kind, name = each.split(".")
        names |= parameters(getattr(getattr(clearprop, kind), name)) | HANDLES[kind]
    for field in fields(METHODS[rpc].input_type):
        assert given(rpc, field, names) or looked_up(NOT_IN_THE_CLIENT, rpc, field), field


@pytest.mark.parametrize("rpc", [rpc for rpc in RPCS if rpc not in NO_COMMAND])
def test_every_field_of_a_request_is_an_option_of_a_command(rpc: str) -> None:
    names = commands()[RPCS[rpc].command]
    for field in fields(METHODS[rpc].input_type):
        left_out = looked_up(NOT_IN_THE_CLIENT, rpc, field) or looked_up(
            NOT_ON_THE_COMMAND_LINE, rpc, field
        )
        assert given(rpc, field, names) or left_out, field


@pytest.mark.parametrize("rpc", [rpc for rpc in RPCS if rpc not in NO_COMMAND])
def test_an_error_about_a_field_names_the_option_that_sets_it(rpc: str) -> None:
    command = command_line()
    for name in RPCS[rpc].command.split():
        command = command.commands[name]
    options = {
        each.name: each.opts[0] for each in command.params if each.param_type_name == "option"
    }
    CURRENT.set(command.params)
    for field in set(fields(METHODS[rpc].input_type)) - READ_FROM_FILES:
        names = {field.rpartition(".")[2]} | (looked_up(NAMES, rpc, field) or set())
        whole = field if "." not in field or field.startswith(WHOLE) else f"settings.{field}"
        expected = {options[name] for name in names & options.keys()} or {whole}
        assert option_of(whole) in expected, field
