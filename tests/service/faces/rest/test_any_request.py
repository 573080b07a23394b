"""Any HTTP request, valid or not, has a response that the OpenAPI document describes."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
import requests
import schemathesis
from openapi_documents import openapi_document
from patience import PATIENCE
from promises import IS_LONG, Promise, rounds
from schemathesis import Case, HookContext, SerializationContext
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.generation.meta import CoveragePhaseData
from schemathesis.schemas import BaseSchema
from servers import ServerProcess, new_server

from service.faces.rest.documentation.examples import BODIES, PATHS

#: How what is as its schema says may be answered, for there are rules that no schema can tell.
ANSWERS = ["2xx", "400", "404", "409", "412", "429"]

#: The same calls as by POST with a body, those whose settings are those of :step, but for
#: updates:explain, which has the fields of the others, too, and the set that is uploaded in lines:
#: in the quick form, the values at the limits of their schemas are tried once. Those of settings
#: are tried in :step.
IN_BRIEF = {
    "include-name-regex": (
        r"^GET .*updates/\{update\}:|^POST .*updates:(trace|walk)$|:(train|upload)$"
    ),
    "phases": {"coverage": {"enabled": False}},
}


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with the network of the examples, which has a run that is over."""
    with new_server(tmp_path_factory.mktemp("any-request"), http=True) as process:
        networks = f"{process.http}/v1/networks"
        requests.post(networks, json=BODIES["CreateNetwork"], timeout=60).raise_for_status()
        step = {**BODIES["Step"], "count": 1000}
        requests.post(
            f"{networks}/{PATHS['network']}:step", json=step, timeout=60
        ).raise_for_status()
        yield process


def test_any_request_is_answered_as_documented(server: ServerProcess, promise: Promise) -> None:
    schemathesis.hook(before_call)
    if not IS_LONG:
        schemathesis.hook("filter_case")(is_first_of_its_kind())
    schemathesis.serializer("application/x-ndjson")(line)
    answered: Counter[int] = Counter()
    failures: list[str] = []

    for event in from_schema(schema(server)).execute():
        if isinstance(event, events.ScenarioFinished):
            recorder = event.recorder
            answered.update(
                interaction.response.status_code
                for interaction in recorder.interactions.values()
                if interaction.response is not None
            )
            failures += [
                f"{check.name}: {check.failure_info.failure}\n{check.failure_info.code_sample}"
                for checks in recorder.checks.values()
                for check in checks
                if check.failure_info is not None
            ]
        elif isinstance(event, events.NonFatalError):
            failures.append(f"{event.label}: {event.value}")
        elif isinstance(event, events.FatalError):
            raise event.exception

    assert failures == []
    assert "internal error" not in server.said()
    assert answered[200] > 100
    promise("any request is answered as documented", requests=answered.total(), met=answered[200])


def schema(server: ServerProcess) -> BaseSchema:
    config = {
        "base-url": server.http,
        "generation": {"max-examples": rounds(1, 200)},
        "request-timeout": PATIENCE,
        "continue-on-failure": True,
        "operations": [] if IS_LONG else [IN_BRIEF],
        "checks": {"positive_data_acceptance": {"expected-statuses": ANSWERS}},
    }
    document = tolerant(openapi_document())
    if not IS_LONG:
        del document["components"]["schemas"]["ExplainWeightRequest"]["properties"]["settings"]
    return schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(config))


def is_first_of_its_kind() -> Callable[[HookContext, "Case[Any]"], bool]:
    """Tell whether a place of a request had no value yet that is wrong in the same way.

    There are five of another type for each field, for example.
    """
    seen: set[tuple[str, ...]] = set()

    def is_first(_: HookContext, case: "Case[Any]") -> bool:
        assert case.meta is not None
        what = case.meta.phase.data
        if not isinstance(what, CoveragePhaseData):
            return True
        kind = (case.operation.label, str(what.location), str(what.description))
        is_new = kind not in seen
        seen.add(kind)
        return is_new

    return is_first


def before_call(_: HookContext, case: "Case[Any]", __: dict[str, Any]) -> None:
    """Watch until the end of a run that is over: any other watch does not end.

    A client that says it has received what is not stored is told of a loss of data.
    """
    if case.path.endswith(":watch"):
        case.path_parameters = {"network": PATHS["network"]}
        case.headers.pop("Last-Event-ID", None)
        if case.method == "GET":
            query = {name: value for name, value in case.query.items() if "received" not in name}
            case.query = {**query, "untilRun": "1"}
        elif isinstance(case.body, dict):
            case.body = {**case.body, "untilRun": "1"}
            case.body.pop("received", None)


def line(_: SerializationContext, value: object) -> bytes:
    """Send a set of examples as one line, of as many as there may be."""
    return f"{json.dumps(value)}\n".encode()


def tolerant(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document that also says what requests may have beyond what it tells people.

    It is what protobuf's JSON mapping demands: null for a field that is absent, numbers as strings
    and strings of digits as numbers, enum values by their numbers.
    """
    document = deepcopy(document)
    schemas: dict[str, dict[str, Any]] = document["components"]["schemas"]
    for name, schema in schemas.items():
        if schema.get("additionalProperties") is False:
            for field, its_schema in schema["properties"].items():
                schema["properties"][field] = {"anyOf": [loosened(its_schema), {"type": "null"}]}
        schemas[name] = loosened(schema)
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation["parameters"]:
                parameter["schema"] = loosened(parameter["schema"])
    return document


def loosened(schema: dict[str, Any]) -> dict[str, Any]:
    if "pattern" in schema or schema.get("type") == "integer":
        return {"type": ["integer", "string"], "pattern": schema.get("pattern", "[0-9]")}
    if "enum" in schema:
        return {"anyOf": [{"enum": schema["enum"]}, {"type": "integer"}]}
    if "items" in schema:
        return {**schema, "items": loosened(schema["items"])}
    return schema
