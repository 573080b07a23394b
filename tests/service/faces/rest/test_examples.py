"""The example requests of the OpenAPI document succeed."""

from collections.abc import Iterator
from re import sub

import pytest
import requests
from openapi_documents import openapi_document
from servers import ServerProcess, new_server

from service.faces.rest.documentation.examples import BODIES


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with new_server(tmp_path_factory.mktemp("examples"), http=True) as process:
        yield process


def test_all_examples_succeed_in_order_except_the_last(server: ServerProcess) -> None:
    answers = [answer_to(server, name) for name in BODIES]

    *all_others, last = [(answer.request.url, answer.status_code) for answer in answers]
    assert [url for url, code in all_others if code != 200] == []
    assert last == (f"{server.http}/v1/networks/first/runs/1:cancel", 400)
    assert answers[-1].json()["error"]["details"][0]["reason"] == "RUN_OVER"


def answer_to(server: ServerProcess, name: str) -> requests.Response:
    """Make the request that the document shows for a call with a body."""
    method, path, operation = next(
        (method, path, operation)
        for path, methods in openapi_document()["paths"].items()
        for method, operation in methods.items()
        if operation["operationId"].partition("_")[0] == name and "requestBody" in operation
    )
    shown = {each["name"]: each.get("example") for each in operation["parameters"]}
    url = server.http + sub(r"{(\w+)}", lambda parameter: shown[parameter[1]], path)
    body = operation["requestBody"]["content"]["application/json"]["example"]
    return requests.request(method, url, json=body, timeout=30)
