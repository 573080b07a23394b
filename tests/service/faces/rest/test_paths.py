"""Paths are told apart before they are decoded, as google/api/http.proto has it."""

import pytest
import requests
from servers import ServerProcess


@pytest.mark.parametrize(
    ("path", "network"),
    [
        ("/v1/networks/a%2Fstate", "a/state"),
        ("/v1/networks/a%2fruns%2f1", "a/runs/1"),
        ("/v1/networks/a%3Averify", "a:verify"),
        ("/v1/networks/%2e%2e%2fserverInfo", "../serverInfo"),
        ("/v1/networks/a%253Averify", "a%3Averify"),
        ("/v1/networks/%E2%82%AC%20+", "€ +"),
    ],
)
def test_an_encoded_delimiter_is_part_of_a_name(
    http_server: ServerProcess, path: str, network: str
) -> None:
    response = requests.get(http_server.http + path, timeout=30)

    assert response.status_code == requests.codes.not_found
    (info,) = response.json()["error"]["details"]
    assert info["metadata"] == {"network": network}


def test_an_encoded_colon_makes_no_call(http_server: ServerProcess) -> None:
    response = requests.post(f"{http_server.http}/v1/networks/a%3Astep", json={}, timeout=30)

    assert response.status_code == requests.codes.method_not_allowed
