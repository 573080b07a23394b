"""The HTTP face: methods, media types, sizes, etags, idempotency keys and origins."""

import json
from typing import Any

import pytest
import requests
from calls import create, fresh_id, state
from servers import ServerProcess


def call(server: ServerProcess, method: str, path: str, **more: Any) -> requests.Response:
    return requests.request(method, f"{server.http}{path}", timeout=30, **more)


def reason(response: requests.Response) -> str:
    """The reason of an error, whose form must be right."""
    error = response.json()["error"]
    assert set(error) == {"code", "status", "message", "details"}
    assert error["code"] == response.status_code
    assert error["message"]
    info, *_ = error["details"]
    assert info["@type"] == "type.googleapis.com/google.rpc.ErrorInfo"
    assert info["domain"] == "clearprop"
    return str(info["reason"])


@pytest.fixture
def name(http_server: ServerProcess) -> str:
    """A network of a test's own."""
    with http_server.stub() as stub:
        return create(stub).network


@pytest.mark.parametrize(
    ("method", "path", "code", "why"),
    [
        ("GET", "/v1/nothing", 404, "PATH_NOT_FOUND"),
        ("GET", "/v1/networks/", 404, "PATH_NOT_FOUND"),
        ("GET", "/v1/networks/a/b/c", 404, "PATH_NOT_FOUND"),
        ("POST", "/v1/networks/any:fly", 404, "PATH_NOT_FOUND"),
        ("PUT", "/v1/networks", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/v1/networks/any:train", 405, "METHOD_NOT_ALLOWED"),
        ("TRACE", "/v1/serverInfo", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/v1/networks/any", 404, "NETWORK_NOT_FOUND"),
        ("GET", "/v1/networks/any/runs/first", 400, "INVALID_FIELDS"),
        ("GET", "/v1/networks?pageSize=ten&size=1", 400, "INVALID_FIELDS"),
        ("POST", "/v1/networks?network=a", 400, "INVALID_FIELDS"),
    ],
)
def test_unknown_paths_and_methods_are_rejected(
    http_server: ServerProcess, method: str, path: str, code: int, why: str
) -> None:
    refused = call(http_server, method, path)
    assert (refused.status_code, reason(refused)) == (code, why)


def test_options_lists_the_methods_of_a_path(http_server: ServerProcess, name: str) -> None:
    options = call(http_server, "OPTIONS", f"/v1/networks/{name}")
    refused = call(http_server, "PUT", f"/v1/networks/{name}")
    assert (options.status_code, options.content) == (204, b"")
    allowed = {"GET", "PATCH", "DELETE", "HEAD", "OPTIONS"}
    for answer in (options, refused):
        assert {*answer.headers["Allow"].split(", ")} == allowed


def test_head_returns_the_headers_of_get(http_server: ServerProcess, name: str) -> None:
    whole = call(http_server, "GET", f"/v1/networks/{name}")
    head = call(http_server, "HEAD", f"/v1/networks/{name}")
    assert head.content == b""
    for header in ("Content-Length", "Content-Type", "ETag"):
        assert head.headers[header] == whole.headers[header]


@pytest.mark.parametrize(
    ("accept", "code"),
    [
        ("application/json", 200),
        ("application/*;q=0.1", 200),
        ("text/html, */*;q=0.1", 200),
        ("", 200),
        ("text/html", 406),
        ("application/json;q=0, */*", 406),
    ],
)
def test_a_response_has_an_accepted_media_type(
    http_server: ServerProcess, accept: str, code: int
) -> None:
    answer = call(http_server, "GET", "/v1/serverInfo", headers={"Accept": accept})
    assert answer.status_code == code
    assert answer.headers["Content-Type"] == "application/json"
    if code == 406:
        assert reason(answer) == "NOT_ACCEPTABLE"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Content-Type": "application/json"}, 200),
        ({"Content-Type": "Application/JSON; charset=utf-8"}, 200),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({}, 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
    ],
)
def test_a_body_must_have_the_media_type_of_json(
    http_server: ServerProcess, headers: dict[str, str], code: int
) -> None:
    body = b'{"layerSizes": [2, 1], "validateOnly": true}'
    answer = call(http_server, "POST", "/v1/networks", data=body, headers=headers)
    assert answer.status_code == code
    if code == 415:
        assert reason(answer) == "UNSUPPORTED_MEDIA_TYPE"


def test_a_body_is_optional_or_not_allowed(http_server: ServerProcess, name: str) -> None:
    assert call(http_server, "POST", f"/v1/networks/{name}:fork").status_code == 200
    refused = call(http_server, "DELETE", f"/v1/networks/{name}", json={"etag": "other"})
    assert (refused.status_code, reason(refused)) == (400, "INVALID_FIELDS")
    assert call(http_server, "GET", f"/v1/networks/{name}").status_code == 200


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_body_that_is_too_large_is_refused(
    http_server: ServerProcess, is_announced: bool
) -> None:
    size = 16 * 2**20 + 1
    body = b" " * size
    refused = call(
        http_server,
        "POST",
        "/v1/networks",
        data=body if is_announced else iter([body]),
        headers={"Content-Type": "application/json"},
    )
    assert (refused.status_code, reason(refused)) == (413, "LIMIT_EXCEEDED")
    metadata = refused.json()["error"]["details"][0]["metadata"]
    assert metadata == {"limit": "request_bytes", "value": str(size - 1)}


def test_a_stale_etag_is_rejected(http_server: ServerProcess, name: str) -> None:
    path = f"/v1/networks/{name}"
    etag = call(http_server, "GET", path).headers["ETag"]
    assert etag == f'"{call(http_server, "GET", path).json()["network"]["etag"]}"'
    edit = {"weights": [{"layer": 1, "unit": 0, "input": 0, "value": 1.0}]}
    edited = call(http_server, "POST", f"{path}:setWeights", json=edit, headers={"If-Match": etag})
    assert edited.status_code == 200
    assert edited.headers["ETag"] == f'"{edited.json()["etag"]}"' != etag
    stale = call(http_server, "POST", f"{path}:setWeights", json=edit, headers={"If-Match": etag})
    assert (stale.status_code, reason(stale)) == (412, "STALE_ETAG")
    in_body = call(http_server, "POST", f"{path}:setWeights", json={**edit, "etag": etag[1:-1]})
    assert (in_body.status_code, reason(in_body)) == (409, "STALE_ETAG")
    for unusable in ('"a", "b"', "W/" + etag, etag[1:-1]):
        refused = call(http_server, "DELETE", path, headers={"If-Match": unusable})
        assert (refused.status_code, reason(refused)) == (400, "INVALID_FIELDS")
    assert call(http_server, "DELETE", path, headers={"If-Match": "*"}).status_code == 200


@pytest.mark.parametrize("form", ["{}", '"{}"'])
def test_a_call_with_an_idempotency_key_happens_once(
    http_server: ServerProcess, name: str, form: str
) -> None:
    path, headers = f"/v1/networks/{name}:setWeights", {"Idempotency-Key": form.format(name)}
    edit: dict[str, Any] = {"weights": [{"layer": 1, "unit": 0, "input": 0, "value": 1.0}]}
    first, again = (call(http_server, "POST", path, json=edit, headers=headers) for _ in range(2))
    assert first.json() == again.json()
    with http_server.stub() as stub:
        assert state(stub, name).update == 1
    same = call(http_server, "POST", path, json={**edit, "requestId": name}, headers=headers)
    assert same.json() == first.json()
    two = call(http_server, "POST", path, json={**edit, "requestId": "other"}, headers=headers)
    assert (two.status_code, reason(two)) == (400, "INVALID_FIELDS")
    edit["weights"][0]["value"] = 2.0
    other = call(http_server, "POST", path, json=edit, headers=headers)
    assert (other.status_code, reason(other)) == (409, "REQUEST_ID_REUSED")


def test_a_field_in_the_path_and_the_body_must_be_the_same(
    http_server: ServerProcess, name: str
) -> None:
    path = f"/v1/networks/{name}:fork"
    assert call(http_server, "POST", path, json={"network": name}).status_code == 200
    refused = call(http_server, "POST", path, json={"network": fresh_id()})
    assert (refused.status_code, reason(refused)) == (400, "INVALID_FIELDS")
    assert "in the path" in refused.text


def test_invalid_fields_are_reported_in_body_query_and_headers(
    http_server: ServerProcess, name: str
) -> None:
    refused = call(
        http_server,
        "POST",
        f"/v1/networks/{name}:step?unit=x&cout=1",
        json={"count": "many", "setings": {}, "settings": {"learningRate": "fast", "stop": 3}},
        headers={"If-Match": "bare"},
    )
    violations = refused.json()["error"]["details"][1]["fieldViolations"]
    assert [bad["field"] for bad in violations] == [
        *("count", "setings", "settings.learning_rate", "settings.stop", "unit", "cout", "etag")
    ]
    described = {bad["field"]: bad["description"] for bad in violations}
    assert described["unit"] == "must be sent in the body, not in the query"
    assert described["cout"] == "unknown field of StepRequest: did you mean count?"


def test_calls_from_other_origins_are_rejected(http_server: ServerProcess, name: str) -> None:
    path = f"/v1/networks/{name}:fork"
    foreign = {"Origin": "https://elsewhere.example"}
    refused = call(http_server, "POST", path, headers=foreign)
    assert (refused.status_code, reason(refused)) == (403, "ORIGIN_NOT_ALLOWED")
    assert "Access-Control-Allow-Origin" not in refused.headers
    own = call(http_server, "POST", path, headers={"Origin": http_server.http})
    assert own.status_code == 200
    read = call(http_server, "GET", f"/v1/networks/{name}", headers=foreign)
    assert "Access-Control-Allow-Origin" not in read.headers


def test_responses_are_not_cached(http_server: ServerProcess) -> None:
    for path in ("/v1/serverInfo", "/v1/nothing"):
        headers = call(http_server, "GET", path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"


def upload(server: ServerProcess, lines: list[Any], **headers: str) -> requests.Response:
    body = b"\n".join(json.dumps(line).encode() for line in lines)
    type_ = {"Content-Type": "application/x-ndjson"}
    return call(server, "POST", "/v1/trainingSets:upload", data=body, headers=type_ | headers)


def test_a_training_set_is_uploaded_as_lines(http_server: ServerProcess) -> None:
    name = fresh_id("set")
    lines = [{"trainingSet": name}] + [
        {"examples": [{"inputs": [n, 1], "targets": [0.5]} for n in range(100)]} for _ in range(30)
    ]
    key = {"Idempotency-Key": f"upload-{name}"}
    first, again = (upload(http_server, lines, **key) for _ in range(2))
    assert first.json() == again.json()
    assert first.json()["trainingSet"]["exampleCount"] == "3000"
    assert call(http_server, "GET", f"/v1/trainingSets/{name}").status_code == 200


def test_an_invalid_line_is_reported_and_nothing_is_stored(http_server: ServerProcess) -> None:
    name = fresh_id("set")
    good: dict[str, Any] = {"examples": [{"inputs": [1], "targets": [1]}]}
    refused = upload(http_server, [{"trainingSet": name, **good}, good, {"exampels": []}])
    assert (refused.status_code, reason(refused)) == (400, "INVALID_FIELDS")
    assert "line 3: unknown field" in refused.text
    wrong = upload(http_server, [{"trainingSet": name, **good}, {"examples": [{"inputs": [1, 2]}]}])
    assert wrong.status_code == 400
    assert call(http_server, "GET", f"/v1/trainingSets/{name}").status_code == 404


def test_an_upload_of_one_message_can_be_json(http_server: ServerProcess) -> None:
    name = fresh_id("set")
    answer = call(
        http_server,
        "POST",
        "/v1/trainingSets:upload",
        json={"trainingSet": name, "examples": [{"inputs": [1], "targets": [1]}]},
    )
    assert answer.json()["trainingSet"]["trainingSet"] == name
