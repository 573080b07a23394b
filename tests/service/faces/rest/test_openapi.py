"""The OpenAPI document describes every call of the contract."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import schemathesis
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.network_pb2 import Vector
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp
from jsonschema_rs import Draft202012Validator
from openapi_documents import openapi_document, served_routes

from service.faces.rest.documentation.examples import BODIES as BODY_EXAMPLES
from service.faces.rest.documentation.guide import TAGS
from service.faces.rpcs import SERVICE

DOCUMENT = openapi_document()
SCHEMAS: Mapping[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS: Mapping[str, Any] = {
    operation["operationId"]: operation
    for path in DOCUMENT["paths"].values()
    for operation in path.values()
}
BODIES = {route.rpc.method.input_type: route.bound for route in served_routes() if route.takes_body}


def validator(name: str) -> Draft202012Validator:
    """Return what checks that a value is of one of the document's schemas."""
    return Draft202012Validator({**DOCUMENT, "$ref": f"#/components/schemas/{name}"})


def everything_in(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:  # type: ignore[attr-defined]
        if isinstance(inner, dict | list):
            yield from everything_in(inner)


#: Every message of the contract that the document has a schema of.
MESSAGES = [
    descriptor
    for file in (pb.DESCRIPTOR, *pb.DESCRIPTOR.dependencies)
    for name, descriptor in file.message_types_by_name.items()
    if file.package == "clearprop.v1" and name in SCHEMAS
]


def filled(descriptor: Descriptor) -> Message:
    """Return a message in which every field is set, two values in each that can have many."""
    message = GetMessageClass(descriptor)()
    for field in descriptor.fields:
        entry = field.message_type
        if entry is not None and entry.GetOptions().map_entry:
            key, value = entry.fields
            message.MergeFrom(type(message)(**{field.name: {of_one(key): of_one(value)}}))
        else:
            value = of_one(field)
            message.MergeFrom(
                type(message)(**{field.name: [value, value] if field.is_repeated else value})
            )
    return message


def of_one(field: FieldDescriptor) -> Any:
    if field.message_type is not None:
        own = {"Timestamp": Timestamp(seconds=1), "FieldMask": FieldMask(paths=["labels"])}
        return own.get(field.message_type.name) or filled(field.message_type)
    if field.enum_type is not None:
        return field.enum_type.values[-1].number
    return {
        FieldDescriptor.TYPE_BOOL: True,
        FieldDescriptor.TYPE_BYTES: b"text",
        FieldDescriptor.TYPE_DOUBLE: 0.1,
        FieldDescriptor.TYPE_INT32: 7,
        FieldDescriptor.TYPE_INT64: -(2**63),
        FieldDescriptor.TYPE_STRING: "text",
    }[field.type]


def as_json(message: Message) -> Any:
    return json.loads(json_format.MessageToJson(message, always_print_fields_with_no_presence=True))


def test_it_is_valid_openapi() -> None:
    schemathesis.openapi.from_dict(DOCUMENT).validate()
    for name in SCHEMAS:
        validator(name)


def test_every_call_is_in_it_by_its_name() -> None:
    assert set(OPERATIONS) >= {method.name for method in SERVICE.methods}
    assert len(OPERATIONS) == len(served_routes())


def test_every_call_belongs_to_one_group() -> None:
    methods = {method.name for method in SERVICE.methods}
    bodies = {route.rpc.method.name for route in served_routes() if route.takes_body}

    assert sorted(name for _, names in TAGS.values() for name in names) == sorted(methods)
    assert set(BODY_EXAMPLES) == bodies


def test_every_reference_is_defined() -> None:
    for each in everything_in(DOCUMENT):
        if "$ref" in each:
            _, *names = each["$ref"].split("/")
            found: Any = DOCUMENT
            for name in names:
                found = found[name]


def test_everything_that_it_defines_is_referred_to() -> None:
    references = [each["$ref"] for each in everything_in(DOCUMENT) if "$ref" in each]
    referred = {reference.rpartition("/")[2] for reference in references}

    assert set(SCHEMAS) == referred


def test_everything_is_described() -> None:
    for name, schema in SCHEMAS.items():
        assert schema["description"], name
        for field, its_schema in schema.get("properties", {}).items():
            assert its_schema["description"], f"{name}.{field}"
    for operation in OPERATIONS.values():
        assert operation["summary"]
        assert len(operation["summary"]) < 150
        for parameter in operation["parameters"]:
            assert parameter["description"], parameter


@pytest.mark.parametrize("descriptor", MESSAGES, ids=lambda descriptor: descriptor.name)
def test_schemas_match_the_json_of_protobuf(descriptor: Descriptor) -> None:
    message = filled(descriptor)
    for name in BODIES.get(descriptor, []):
        message.ClearField(name)
    schema = validator(descriptor.name)

    # A request says what it says; an answer has every field that can be 0 or empty.
    schema.validate(
        json_format.MessageToDict(message) if descriptor in BODIES else as_json(message)
    )
    schema.validate({} if descriptor in BODIES else as_json(type(message)()))


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_a_non_finite_number_is_a_string(text: str) -> None:
    message = Vector(values=[float(text)])

    validator("Vector").validate(as_json(message))


def test_schemas_of_requests_do_not_allow_unknown_fields() -> None:
    train = validator("TrainRequest")

    assert train.is_valid({"settings": {"learningRate": 0.1, "epochs": "5"}})
    assert not train.is_valid({"settings": {"learningRat": 0.1}})
    assert not train.is_valid({"settings": {"epochs": "five"}})


def test_fields_that_responses_always_have_are_required() -> None:
    assert "latestUpdate" in SCHEMAS["Network"]["required"]
    assert "labels" in SCHEMAS["Network"]["required"]
    assert "forkedFrom" not in SCHEMAS["Network"]["required"]
    assert "required" not in SCHEMAS["TrainingSettings"]


def test_every_enum_value_is_described() -> None:
    for file in (pb.DESCRIPTOR, *pb.DESCRIPTOR.dependencies):
        # Scopes are in no message: they are options of methods.
        if file.package == "clearprop.v1" and file.message_types_by_name:
            for enum in file.enum_types_by_name.values():
                assert_explained(enum)


def assert_explained(enum: EnumDescriptor) -> None:
    schema = SCHEMAS[enum.name]
    assert schema["enum"] == [value.name for value in enum.values]
    for value in enum.values:
        assert f"- `{value.name}`: " in schema["description"]


def test_parameters_are_the_fields_outside_of_the_body() -> None:
    def names(operation_id: str, place: str) -> set[str]:
        parameters = OPERATIONS[operation_id]["parameters"]
        return {each["name"] for each in parameters if each["in"] == place}

    assert names("GetRun", "path") == {"network", "run"}
    assert names("GetTrainingSet", "path") == {"trainingSet"}
    assert names("GetState", "query") == {"update", "view", "numberFormat"}
    assert "settings.optimizer.beta1" in names("TraceUpdate", "query")
    assert "parameters" not in names("WatchUpdates", "query")
    assert names("Train", "query") == set()
    assert names("Train", "header") == {"If-Match", "Idempotency-Key"}
    assert names("WatchUpdates", "header") == {"Last-Event-ID"}
    assert names("VerifyHistory", "header") == set()


def test_a_field_in_the_path_is_not_in_the_schema_of_the_body() -> None:
    assert "network" in SCHEMAS["CreateNetworkRequest"]["properties"]
    assert "network" not in SCHEMAS["TrainRequest"]["properties"]


def test_responses_list_their_media_types() -> None:
    def forms(operation_id: str) -> set[str]:
        return set(OPERATIONS[operation_id]["responses"]["200"]["content"])

    streams = {"text/event-stream", "application/x-ndjson"}
    files = {"application/json", "application/zip", "application/octet-stream", "text/csv"}
    files |= {"text/x-c", "text/x-python"}
    assert forms("GetNetwork") == {"application/json"}
    assert forms("WatchUpdates") == streams
    assert forms("ExportNetwork") == streams | files
    assert "ETag" in OPERATIONS["GetNetwork"]["responses"]["200"]["headers"]
    assert "ETag" in OPERATIONS["Step"]["responses"]["200"]["headers"]
    assert "headers" not in OPERATIONS["ListNetworks"]["responses"]["200"]


def test_the_errors_of_a_call_are_a_list() -> None:
    description = OPERATIONS["GetNetwork"]["description"]

    assert description == (
        "- **NOT_FOUND**: the network does not exist (NETWORK_NOT_FOUND). Check the id."
    )


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_example_requests_match_their_schemas(operation_id: str) -> None:
    if body := OPERATIONS[operation_id].get("requestBody"):
        content = body["content"]["application/json"]

        validator(content["schema"]["$ref"].rpartition("/")[2]).validate(content["example"])


@pytest.mark.parametrize(
    ("operation_id", "scope"),
    [("GetNetwork", "read"), ("Train", "train"), ("DeleteUpdates", "admin")],
)
def test_every_call_shows_the_scope_that_it_requires(operation_id: str, scope: str) -> None:
    operation = OPERATIONS[operation_id]

    assert operation["x-scope"] == scope
    assert operation["security"] == [{"token": [scope]}, {"clientCertificate": [scope]}, {}]
    assert set(DOCUMENT["components"]["securitySchemes"]) == {"token", "clientCertificate"}
