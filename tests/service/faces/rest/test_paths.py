"""Paths are matched before they are decoded, as google/api/http.proto specifies."""

import pytest
import requests
from patience import PATIENCE
from servers import ServerProcess


@pytest.mark.parametrize(
    ("path", "network"),
    [
        ("/v1/networks/a%2Fstate", "a/state"),
        ("/v1/networks/a%2fruns%2f1", "a/runs/1"),
        ("/v1/networks/a%3Anothing", "a:nothing"),
        ("/v1/networks/%2e%2e%2fserverInfo", "../serverInfo"),
        ("/v1/networks/a%253Averify", "a%3Averify"),
        ("/v1/networks/%E2%82%AC%20+", "€ +"),
    ],
)
def test_an_encoded_delimiter_is_part_of_a_name(
    http_server: ServerProcess, path: str, network: str
) -> None:
    response = requests.get(http_server.http + path, timeout=PATIENCE)

    assert response.status_code == requests.codes.not_found
    (info,) = response.json()["error"]["details"]
    assert info["metadata"] == {"network": network}


@pytest.mark.parametrize("colon", [":", "%3A", "%3a"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/networks/none{}predict"),
        ("GET", "/v1/networks/none{}verify"),
        ("GET", "/v1/networks/none/updates/1{}trace"),
        ("POST", "/v1/networks/none/runs/1{}pause"),
        ("POST", "/v1/networks/none/updates{}delete"),
    ],
)
def test_an_encoded_colon_before_a_verb_is_a_colon(
    http_server: ServerProcess, method: str, path: str, colon: str
) -> None:
    url = http_server.http + path.format(colon)
    body = "{}" if method == "POST" else None
    headers = {"Content-Type": "application/json"}
    response = requests.request(method, url, data=body, headers=headers, timeout=30)

    (info, *_) = response.json()["error"]["details"]
    assert response.status_code in {400, 404}
    assert info["reason"] in {"NETWORK_NOT_FOUND", "INVALID_FIELDS", "UPDATE_OUT_OF_RANGE"}


def test_an_encoded_colon_before_another_word_makes_no_call(http_server: ServerProcess) -> None:
    response = requests.post(f"{http_server.http}/v1/networks/a%3Anothing", json={}, timeout=30)

    assert response.status_code == requests.codes.method_not_allowed
