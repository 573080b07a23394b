"""Requests of HTTP that our transcoder and Envoy's answer alike, and those that they do not.

In paths and bodies stand names: `trained` and `compacted` are networks that are only read, {own} is
a network of the case's own, with a run that is PAUSED after 5 of its 40 updates, and {new} is a
name that nothing has yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

LINES: Mapping[str, str] = {"Accept": "application/x-ndjson"}
SETTINGS = {"trainingSet": "xor", "learningRate": 0.5, "batchSize": 2, "epochs": "20"}


@dataclass(frozen=True)
class Case:
    """A request, the status code of our answer, and of Envoy's and why, where it is not the same.

    A body is JSON, or text as it is, or for an upload the messages of its stream.
    """

    method: str
    path: str
    body: Any = None
    code: int = 200
    envoy: int | None = None
    because: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        body = "" if self.body is None else f" {self.body!r}"
        headers = "".join(f" {name}: {value}" for name, value in self.headers.items())
        text = f"{self.method} {self.path}{body}{headers}"
        return text.encode("ascii", "backslashreplace").decode()


def get(path: str, code: int = 200, **more: Any) -> Case:
    return Case("GET", path, None, code, **more)


def post(path: str, body: Any, code: int = 200, **more: Any) -> Case:
    return Case("POST", path, body, code, **more)


def patch(body: Any, code: int = 200, **more: Any) -> Case:
    return Case("PATCH", "/v1/networks/{own}", body, code, **more)


def delete(path: str, code: int = 200, **more: Any) -> Case:
    return Case("DELETE", path, None, code, **more)


def set_weight(value: str, code: int = 200, **more: Any) -> Case:
    """Set a weight to what is written so in JSON."""
    weight = f'{{"layer": 1, "unit": 0, "input": 0, "value": {value}}}'
    return post("/v1/networks/{own}:setWeights", f'{{"weights": [{weight}]}}', code, **more)


def at_update(value: str, code: int = 200, **more: Any) -> Case:
    """Predict with the parameters of an update whose number is written so in JSON."""
    body = f'{{"inputs": [{{"values": [0, 1]}}], "update": {value}}}'
    return post("/v1/networks/trained:predict", body, code, **more)


def counted_in(unit: str, code: int = 200, **more: Any) -> Case:
    """Step by a unit that is written so in JSON."""
    return post("/v1/networks/{own}:step", f'{{"unit": {unit}}}', code, **more)


READS = [
    get("/v1/serverInfo"),
    get("/v1/networks/trained"),
    get("/v1/networks/compacted"),
    get("/v1/networks/missing", 404),
    get("/v1/networks?pageSize=1"),
    get("/v1/networks?page_size=1"),
    get("/v1/networks?pageSize=-1", 400),
    get("/v1/networks?pageSize=1001", 400),
    get("/v1/networks?pageToken=no+token", 400),
    get("/v1/trainingSets?pageSize=1"),  # other sets have names of one face
    get("/v1/trainingSets/xor"),
    get("/v1/trainingSets/xor?includeExamples=true"),
    get("/v1/trainingSets/xor?includeExamples=false"),
    get("/v1/trainingSets/missing", 404),
    get("/v1/networks/trained/runs"),
    get("/v1/networks/trained/runs?pageSize=1"),
    get("/v1/networks/trained/runs/1"),
    get("/v1/networks/trained/runs/2"),
    get("/v1/networks/trained/runs/3", 404),
    get("/v1/networks/trained/runs/0", 404),
    get("/v1/networks/trained/runs/-1", 404),
    get("/v1/networks/missing/runs/1", 404),
    get("/v1/networks/trained/state"),
    get("/v1/networks/trained/state?update=0"),
    get("/v1/networks/trained/state?update=3&view=STATE_VIEW_FULL"),
    get("/v1/networks/trained/state?update=3&view=2"),
    get("/v1/networks/trained/state?view=STATE_VIEW_UNSPECIFIED"),
    get("/v1/networks/trained/state?view=9", 400),
    get("/v1/networks/trained/state?numberFormat=NUMBER_FORMAT_FLOAT16"),
    get("/v1/networks/trained/state?view=state_view_full", 400),
    get("/v1/networks/trained/state?update=99", 400),
    get("/v1/networks/trained/state?update=-1", 400),
    get("/v1/networks/compacted/state?update=1", 400),
    get("/v1/networks/missing/state", 404),
    get("/v1/networks/trained/updates?pageSize=4"),
    get("/v1/networks/trained/updates?startUpdate=20&detail=DETAIL_GRADIENTS"),
    get("/v1/networks/trained/updates?start_update=2&end_update=3"),
    get("/v1/networks/trained/updates?startUpdate=3&endUpdate=2", 400),
    get("/v1/networks/trained/updates?maxPoints=5&detail=DETAIL_COST"),
    get("/v1/networks/trained/updates?maxPoints=5", 400),
    get("/v1/networks/trained/updates?maxPoints=1&pageSize=1", 400),
    get("/v1/networks/compacted/updates?startUpdate=0", 400),
    get("/v1/networks/trained/updates:compare?baseUpdate=0&update=3"),
    get("/v1/networks/trained/updates:compare?pageSize=2"),
    get("/v1/networks/trained/updates:compare?baseUpdate=99", 400),
    get("/v1/networks/trained/updates/3:trace"),
    get("/v1/networks/trained/updates/3:trace?firstPosition=1&positionCount=1"),
    get("/v1/networks/trained/updates/0:trace", 400),
    get("/v1/networks/trained/updates/99:trace", 400),
    get("/v1/networks/trained/updates/three:trace", 400),
    get("/v1/networks/trained/updates/3:trace?firstPosition=9", 400),
    get("/v1/networks/trained/updates/3:trace?settings.learningRate=1", 400),
    get("/v1/networks/trained/updates/3:trace?settings.optimizer.kind=OPTIMIZER_KIND_ADAM", 400),
    get("/v1/networks/trained/updates/3:explain?layer=1&unit=0&input=1"),
    get("/v1/networks/trained/updates/3:explain?layer=2&unit=0"),
    get("/v1/networks/trained/updates/3:explain?layer=1&unit=7", 400),
    get("/v1/networks/trained/updates/3:explain", 400),
    post("/v1/networks/trained/updates:trace", {"update": "3"}),
    post("/v1/networks/trained/updates:trace", {"next": True}),
    post("/v1/networks/compacted/updates:trace", {"next": True, "settings": SETTINGS}),
    post("/v1/networks/trained/updates:trace", {"next": True, "settings": SETTINGS}, 400),
    post("/v1/networks/trained/updates:explain", {"update": "3", "layer": 1, "input": 0}),
    post("/v1/networks/trained/updates:explain", {"next": True, "layer": 2}),
    post("/v1/networks/trained:predict", {"inputs": [{"values": [0, 1]}], "activations": True}),
    post("/v1/networks/trained:predict", {"inputs": [{"values": ["0.5", "1e-3"]}]}),
    post("/v1/networks/trained:predict", {"inputs": [{"values": [0]}, {"values": [1]}]}, 400),
    post("/v1/networks/trained:predict", {"inputs": [{"values": ["NaN", 1]}]}, 400),
    post("/v1/networks/trained:predict", {"inputs": []}, 400),
    post("/v1/networks/trained:evaluate", {"trainingSet": "xor"}),
    post("/v1/networks/trained:evaluate", {"training_set": "and", "update": "2"}),
    post("/v1/networks/trained:evaluate", {"trainingSet": "missing"}, 404),
    post("/v1/networks/trained:checkGradients", {"trainingSet": "xor"}),
    post("/v1/networks/trained:checkGradients", {"trainingSet": "xor", "parameterCount": "2"}),
    post("/v1/networks/trained:checkGradients", {"trainingSet": "xor", "exampleCount": -1}, 400),
]

STREAMS = [
    get("/v1/networks/trained/updates:watch?startUpdate=0&untilRun=1", headers=LINES),
    get(
        "/v1/networks/trained/updates:watch?startUpdate=0&untilRun=1&stride=7&detail=1",
        headers=LINES,
    ),
    get(
        "/v1/networks/trained/updates:watch?startUpdate=2&untilRun=1&encoding=ENCODING_COLUMNS",
        headers=LINES,
    ),
    post(
        "/v1/networks/trained/updates:watch",
        {
            "startUpdate": "0",
            "untilRun": "1",
            "parameters": [{"layer": 1, "unit": 0, "input": 1}, {"layer": 2, "unit": 0}],
        },
        headers=LINES,
    ),
    get("/v1/networks/trained/updates:watch?startUpdate=99", 400, headers=LINES),
    get("/v1/networks/trained/updates:watch?untilRun=9", 404, headers=LINES),
    get("/v1/networks/trained/updates:watch?stride=-1", 400, headers=LINES),
    get("/v1/networks/trained/updates:watch?uid=another", 400, headers=LINES),
    get("/v1/networks/missing/updates:watch", 404, headers=LINES),
    get("/v1/networks/trained:export", headers=LINES),
    get("/v1/networks/trained:export?format=EXPORT_FORMAT_CSV&update=3", headers=LINES),
    get("/v1/networks/trained:export?format=EXPORT_FORMAT_ONNX", headers=LINES),
    get("/v1/networks/trained:export?update=99", 400, headers=LINES),
    get("/v1/networks/trained:verify", headers=LINES),
    get("/v1/networks/missing:verify", 404, headers=LINES),
]

WRITES = [
    post("/v1/networks", {"network": "{new}", "layerSizes": [2, 1], "initializer": {"seed": "7"}}),
    post("/v1/networks", {"network": "{new}", "layer_sizes": ["2", 1], "initializer": {"seed": 7}}),
    post(
        "/v1/networks",
        {
            "network": "{new}",
            "layerSizes": [3, 4, 2],
            "activations": ["ACTIVATION_TANH", "ACTIVATION_SOFTMAX"],
            "bias": True,
            "initializer": {"kind": "INITIALIZER_KIND_GLOROT", "seed": "7"},
            "labels": {"colour": "blue", "emoji": "😀", "empty": ""},
            "validateOnly": True,
        },
    ),
    post(
        "/v1/networks",
        {
            "network": "{new}",
            "layerSizes": [2, 1],
            "initialParameters": [{"units": 1, "inputs": 2, "weights": [0.1, -2.5e-300]}],
        },
    ),
    post("/v1/networks", {"network": "{own}", "layerSizes": [2, 1]}, 409),
    post("/v1/networks", {"network": "trained", "layerSizes": [2, 1]}, 409),
    post("/v1/networks", {"network": "No Id", "layerSizes": [0]}, 400),
    post("/v1/networks", {"layerSizes": [2, 2_000_000]}, 429),
    post("/v1/networks", {}, 400),
    post("/v1/networks", None, 400),
    post("/v1/networks/{own}:step", {"count": "3"}),
    post("/v1/networks/{own}:step", {"count": 2, "unit": "STEP_UNIT_EPOCH"}),
    post("/v1/networks/{own}:step", {}),
    post("/v1/networks/{own}:step", None),
    post("/v1/networks/{own}:step", {"network": "{own}"}),
    post("/v1/networks/{own}:step", {"count": -1}, 400),
    post("/v1/networks/{own}:step", {"settings": SETTINGS}, 400),
    post("/v1/networks/{own}:step", {"etag": "stale"}, 409),
    post("/v1/networks/{own}:step", {"requestId": "{new}"}),
    post("/v1/networks/{own}:step", {"requestId": "no\u00e9"}, 400),
    post("/v1/networks/missing:step", {}, 404),
    post("/v1/networks/{own}/runs/1:pause", {}),
    post("/v1/networks/{own}/runs/1:cancel", {}),
    post("/v1/networks/{own}/runs/1:cancel", {"run": "1"}),
    post("/v1/networks/{own}/runs/2:cancel", {}, 404),
    post("/v1/networks/trained/runs/1:resume", {}, 400),
    post("/v1/networks/trained/runs/x:resume", {}, 400),
    post("/v1/networks/{own}:train", {"settings": SETTINGS}, 400),
    post("/v1/networks/{own}:train", {}, 400),
    post("/v1/networks/{own}:train", {"settings": SETTINGS | {"trainingSet": "missing"}}, 404),
    post("/v1/networks/{own}:fork", {"newNetwork": "{new}", "update": "3"}),
    post("/v1/networks/{own}:fork", {"newNetwork": "trained"}, 409),
    post("/v1/networks/{own}:fork", {"newNetwork": "{new}", "update": "99"}, 400),
    post("/v1/networks/{own}:setWeights", {"layers": {"1": {"units": 1}}}, 400),
    post(
        "/v1/networks/{own}:setWeights",
        {"layers": {"2": {"units": 1, "inputs": 3, "weights": [1, 2, 3], "biases": [4]}}},
    ),
    post("/v1/networks/{own}:setWeights", {"layers": {"x": {}}}, 400),
    post("/v1/networks/{own}:setWeights", {}, 400),
    post("/v1/networks/{own}:resetWeights", {"initializer": {"kind": 4, "seed": "7"}}),
    post("/v1/networks/{own}/updates:delete", {"beforeUpdate": "3"}),
    post("/v1/networks/{own}/updates:delete", {"beforeUpdate": "99"}, 400),
    patch({"labels": {"a": "1", "b": "2"}}),
    patch({"labels": {"a": "1"}, "updateMask": "labels.a"}),
    patch({"labels": {}, "update_mask": "labels"}),
    patch({"labels": None, "updateMask": None}),
    patch({"updateMask": "noSuch"}, 400),
    patch({"updateMask": ["labels"]}, 400),
    patch({"labels": {"No Key": "1"}}, 400),
    patch({"labels": {"a": 1}}, 400),
    patch({"labels": []}, 400),
    patch({"labels": {"a": "1"}, "etag": "stale"}, 409),
    patch('{"labels": {"a": "\\u00e9\\ud83d\\ude00"}}'),
    patch('{"labels": {"a": "\\ud800"}}', 400),
    patch('{"labels": {"a": "1", "a": "2"}}', 400),
    delete("/v1/networks/{own}"),
    delete("/v1/networks/{own}?etag=stale", 409),
    delete("/v1/networks/missing", 404),
    delete("/v1/trainingSets/xor", 400),
    delete("/v1/trainingSets/missing", 404),
    post(
        "/v1/trainingSets",
        {"trainingSet": "{new}", "examples": [{"inputs": [0.1], "targets": [1]}]},
    ),
    post("/v1/trainingSets", {"trainingSet": "xor", "examples": []}, 400),
    post(
        "/v1/trainingSets:upload",
        [
            {"trainingSet": "{new}", "examples": [{"inputs": [0], "targets": [1]}]},
            {"examples": [{"inputs": [1], "targets": [0]}, {"inputs": [2], "targets": [0.5]}]},
        ],
    ),
    post(
        "/v1/trainingSets:upload",
        [{"trainingSet": "{new}"}, {"examples": [{"inputs": [1, 2], "targets": []}]}],
        400,
    ),
    post("/v1/trainingSets:upload", [{"examples": []}, {"trainingSet": "{new}"}], 400),
]

NUMBERS = [
    *(set_weight(text) for text in ("0.1", "-0", "-0.0", '"-0"', "1E2", '"1"', "5e-324", "1e-400")),
    *(set_weight(text) for text in ("1.7976931348623157e308", "0.30000000000000004", "null")),
    *(set_weight(text, 400) for text in ('"NaN"', '"Infinity"', '"-Infinity"', "NaN", "1e400")),
    *(set_weight(text, 400) for text in ('"-inf"', '"1e400"', '""', "true", '" 1"', "[]", "{}")),
    *(at_update(text) for text in ("1", '"1"', "1.0", "1e0", "null")),
    *(at_update(text, 400) for text in ("1.5", "true", '""', '"x"', "9223372036854775808")),
    *(at_update(text, 400) for text in ("9223372036854775807", '"9223372036854775807"', "[1]")),
    *(counted_in(text) for text in ('"STEP_UNIT_EPOCH"', "2", '"2"', "2.0", "0", "null")),
    *(counted_in(text, 400) for text in ('"EPOCH"', '"step_unit_epoch"', "9", "1.5", "true", "{}")),
]

BODIES = [
    post("/v1/networks/{own}:step", "", 200),
    *(post("/v1/networks/{own}:step", text, 400) for text in ("{", "[]", "null", '"x"', "1")),
    *(post("/v1/networks/{own}:step", text, 400) for text in ("{} {}", '{"count": 1')),
    post("/v1/networks/{own}:step", {"network": "another"}, 400),
    post("/v1/networks/{own}:step", {"settings": []}, 400),
    post("/v1/networks/{own}:step", {"settings": 1}, 400),
    post("/v1/networks/{own}:predict", {"activations": 1}, 400),
]

QUERIES = [
    get("/v1/networks?pageSize=1&"),
    get("/v1/networks?page%53ize=1"),
    get("/v1/networks?pageSize=%31"),
    get("/v1/networks?pageSize=", 400),
    get("/v1/networks?pageSize=x", 400),
    get("/v1/networks?pageSize=1.5", 400),
    get("/v1/networks?pageSize=2147483648", 400),
    get("/v1/networks?noSuch=1", 400),
    get("/v1/networks?pagesize=1", 400),
    get("/v1/networks?page-size=1", 400),
    get("/v1/networks/trained?network=trained"),
    get("/v1/networks/trained/updates/3:explain?layer.x=1", 400),
    get("/v1/networks/trained/updates/3:explain?settings=x", 400),
    get("/v1/networks/trained/updates/3:explain?settings.noSuch=x", 400),
    get("/v1/networks/trained/updates/3:explain?update=2", 400),
]

PATHS = [
    get("/v1/networks/%74rained"),
    get("/v1/networks/trained%2Fstate", 404),
    get("/v1/networks/trained%2fruns%2F1", 404),
    get("/v1/networks/trained%3Anothing", 404),
    get("/v1/networks/trained%253Averify", 404),
    get("/v1/networks/%2F", 404),
    get("/v1/networks/%25", 404),
    get("/v1/%6eetworks/trained", 404),
    get("/v1/networks/trained%20", 404),
    get("/v1/networks/%E2%82%AC", 404),
    get("/v1/networks/a%20b", 404),
    get("/v1/networks/a+b", 404),
    get("/v1/networks/a;b", 404),
    get("/v1/networks/%zz", 404),
    get("//v1/networks/trained", 404),
    get("/v1", 404),
    get("/v2", 404),
    get("/v1/nothing", 404),
    get("/v2/networks/trained", 404),
    get("/V1/networks/trained", 404),
    get("/v1/networks/trained/nothing", 404),
    get("/v1/networks/trained/state/nothing", 404),
]


def unlike(because: str, *cases: Case) -> list[Case]:
    """Cases that both answer in ways of their own, for one reason."""
    return [replace(case, because=because) for case in cases]


PREDICT = "/v1/networks/trained:predict"
STEP = "/v1/networks/{own}:step"
TRACE = "/v1/networks/trained/updates/3:trace"
XOR = "/v1/trainingSets/xor"

DIFFERENCES = [
    *unlike(
        "we reject unknown fields; Envoy ignores them",
        post(STEP, {"noSuch": 1}, 400, envoy=200),
        post(STEP, {"settings": SETTINGS | {"learningrate": 1}}, 400, envoy=400),
        post(PREDICT, {"inputs": [{"values": [0, 1], "value": 2}]}, 400, envoy=200),
        get("/v1/networks?=1", 400, envoy=200),
    ),
    *unlike(
        'http.proto has no query beside a body of "*"; Envoy takes one',
        post(f"{STEP}?count=1", {}, 400, envoy=200),
        post(f"{STEP}?count=1", None, 400, envoy=200),
    ),
    *unlike(
        "http.proto allows a body only where it is annotated; Envoy ignores other bodies",
        Case("GET", "/v1/networks/trained", {}, 400, envoy=200),
        Case("DELETE", "/v1/networks/{own}", {}, 400, envoy=200),
    ),
    *unlike(
        "we reject fields that occur twice; Envoy uses the last one, or both",
        get("/v1/networks?pageSize=1&pageSize=1", 400, envoy=200),
        get("/v1/networks?pageSize=1&page_size=1", 400, envoy=200),
        patch('{"labels": {"a": "1"}, "labels": {"b": "2"}}', 400, envoy=200),
        post(STEP, '{"count": 1, "count": 1}', 400, envoy=200),
        post(STEP, '{"requestId": "a", "request_id": "b"}', 400, envoy=200),
    ),
    *unlike(
        "a field in the query must equal the one in the path; with Envoy, the query overrides it",
        get("/v1/networks/trained?network=missing", 400, envoy=404),
        get("/v1/networks/missing?network=trained", 400, envoy=200),
    ),
    *unlike(
        "equal values in two places are allowed; Envoy rejects them for fields with presence",
        get(f"{TRACE}?update=3", 200, envoy=400),
        post(STEP, {"network": ""}, 200, envoy=400),
    ),
    *unlike(
        "booleans are true and false in JSON; Envoy accepts other words",
        get(f"{XOR}?includeExamples=1", 400, envoy=200),
        get(f"{XOR}?includeExamples=yes", 400, envoy=200),
        get(f"{XOR}?includeExamples=TRUE", 400, envoy=200),
        post(PREDICT, {"inputs": [{"values": [0, 1]}], "activations": "true"}, 400, envoy=200),
    ),
    *unlike(
        "numbers in strings have the syntax of JSON; Envoy accepts more",
        get("/v1/networks?pageSize=%2B1", 400, envoy=200),
        get("/v1/networks?pageSize=01", 400, envoy=200),
        get("/v1/networks?pageSize", 400, envoy=200),
        at_update('"+1"', 400, envoy=200),
        at_update('"01"', 400, envoy=200),
        set_weight('"0x1"', 400, envoy=200),
    ),
    *unlike(
        "1.0 is an integer, also in a string; Envoy accepts it only as a number",
        get("/v1/networks?pageSize=1.0", 200, envoy=400),
        at_update('"1.0"', 200, envoy=400),
    ),
    *unlike(
        "arrays must be arrays; Envoy accepts single elements, and flattens nested arrays",
        post(PREDICT, {"inputs": {"values": [0, 1]}}, 400, envoy=200),
        post(PREDICT, {"inputs": [{"values": 1}]}, 400, envoy=400),
        post(PREDICT, {"inputs": [{"values": [[0, 1]]}]}, 400, envoy=200),
    ),
    *unlike(
        "null is not allowed in arrays and maps; Envoy ignores it",
        post(PREDICT, {"inputs": [None, {"values": [0, 1]}]}, 400, envoy=200),
        patch({"labels": {"a": None}}, 400, envoy=200),
    ),
    *unlike(
        "a field mask is a string in JSON; Envoy also accepts its fields",
        patch({"updateMask": {"paths": ["labels"]}}, 400, envoy=200),
    ),
    *unlike(
        "http.proto does not allow repeated messages in a query; Envoy does",
        get(
            "/v1/networks/trained/updates:watch?startUpdate=44&untilRun=1&parameters.layer=1",
            400,
            envoy=200,
            headers=LINES,
        ),
    ),
    *unlike(
        "media types in headers must match; Envoy does not check them",
        post(STEP, {}, 415, envoy=200, headers={"Content-Type": "text/plain"}),
        post(STEP, {}, 415, envoy=200, headers={"Content-Type": "application/grpc-json"}),
        get("/v1/networks/trained", 406, envoy=200, headers={"Accept": "text/html"}),
    ),
    *unlike(
        "a known path with another method is 405; Envoy returns 404",
        Case("PUT", "/v1/networks/trained", {}, 405, envoy=404),
        Case("POST", "/v1/networks/trained", {}, 405, envoy=404),
        Case("DELETE", "/v1/networks", None, 405, envoy=404),
        Case("GET", "/v1/networks/trained:step", None, 405, envoy=404),
        Case("PATCH", "/v1/trainingSets/xor", {}, 405, envoy=404),
    ),
    *unlike(
        "a JSON parser may ignore a byte order mark (RFC 8259); Envoy does not",
        post("/v1/networks/{own}:step", "\ufeff{}", 200, envoy=400),
    ),
    *unlike(
        "some clients encode the colon before a verb, and no id has one; Envoy reads it as an id",
        Case("POST", "/v1/networks/{own}%3Astep", {}, 200, envoy=404),
    ),
    *unlike(
        "HEAD and OPTIONS are supported wherever GET is; Envoy supports only annotated methods",
        Case("HEAD", "/v1/networks/trained", None, 200, envoy=404),
        Case("OPTIONS", "/v1/networks/trained", None, 204, envoy=404),
    ),
    *unlike(
        "a path must match its template; Envoy ignores a slash at the end",
        get("/v1/networks/", 404, envoy=200),
        get("/v1/networks/trained/", 404, envoy=200),
    ),
    *unlike(
        "the text after a colon is a verb; Envoy reads an unknown verb as part of the id",
        get("/v1/networks/trained:nothing", 404, envoy=404),
        get("/v1/networks/trained/runs/1:nothing", 404, envoy=400),
    ),
    *unlike(
        "bytes that are not UTF-8 are replaced, so no id matches; Envoy fails to parse the request",
        get("/v1/networks/%FF", 404, envoy=400),
        get("/v1/networks?pageToken=%FF", 400, envoy=400),
    ),
]

CASES = [*READS, *STREAMS, *WRITES, *NUMBERS, *BODIES, *QUERIES, *PATHS, *DIFFERENCES]
