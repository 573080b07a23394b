"""The bodies of requests are limited in elements and in time."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import requests
from calls import fresh_id
from patience import PATIENCE
from servers import ServerProcess

from service.app import Server
from service.faces.rest.element_count import ElementCount
from service.settings import Settings
from training.errors import LimitExceeded
from training.limits import Limits

LARGE = 16 * 2**20 - 100


@pytest.mark.parametrize("element", ["{}", "[]", '""', '{"values":[]}', '[[""]]'])
def test_a_body_with_too_many_elements_is_refused(http_server: ServerProcess, element: str) -> None:
    head = '{"network":"a","inputs":['
    body = head + (element + ",") * ((LARGE - len(head)) // (len(element) + 1)) + element + "]}"
    url = f"{http_server.http}/v1/networks/{fresh_id('no')}:predict"
    answer = requests.post(url, body, headers={"Content-Type": "application/json"}, timeout=30)
    error = answer.json()["error"]
    assert (answer.status_code, error["details"][0]["reason"]) == (429, "LIMIT_EXCEEDED")
    assert error["details"][0]["metadata"] == {"limit": "message_elements", "value": "400000"}


def test_a_line_with_too_many_elements_is_refused(http_server: ServerProcess) -> None:
    body = b'{"trainingSet":"a"}\n{"examples":[' + b"{}," * 500_000 + b"{}]}\n"
    url = f"{http_server.http}/v1/trainingSets:upload"
    headers = {"Content-Type": "application/x-ndjson"}
    answer = requests.post(url, body, headers=headers, timeout=30)
    assert (answer.status_code, "message_elements" in answer.text) == (429, True)


@pytest.mark.parametrize(
    ("document", "elements"),
    [
        ({"inputs": [{"values": [1, 2, 3]}] * 100}, 101),
        ({"examples": [{"inputs": [1], "targets": [1]}] * 100}, 101),
        ({"labels": {str(n): "a" for n in range(100)}}, 2 + 201 - 8),
        ({"inputs": [[]] * 100}, 1 + 101 - 2),
        ([[[]]], 3),
    ],
)
def test_elements_are_objects_and_what_they_have_too_much(document: object, elements: int) -> None:
    text = json.dumps(document).encode()
    for size in (1, 10, len(text)):
        parts = [text[at : at + size] for at in range(0, len(text), size)]
        exact = ElementCount(elements)
        for part in parts:
            exact.add(part)
        with pytest.raises(LimitExceeded, match=f"at least {elements} elements"):
            ElementCount(elements - 1).add(text)


def test_large_responses_are_those_of_small_ones(http_server: ServerProcess) -> None:
    name = fresh_id("large")
    sizes = [100, 500, 10]
    url = f"{http_server.http}/v1/networks"
    assert requests.post(url, json={"network": name, "layerSizes": sizes}, timeout=30).ok
    answer = requests.get(f"{url}/{name}/state?view=STATE_VIEW_FULL", timeout=PATIENCE)
    head = requests.head(f"{url}/{name}/state?view=STATE_VIEW_FULL", timeout=30)
    assert answer.status_code == head.status_code == 200
    assert len(answer.content) > 10 * 2**16
    assert head.headers["Content-Length"] == str(len(answer.content))
    assert not head.content
    assert answer.json()


async def test_the_bodies_of_a_client_are_limited_together() -> None:
    async with serving(Limits(received_bytes_of_client=3 * 2**20)) as port:
        streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        head = (
            b"POST /v1/networks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        )
        for _, writer in streams:
            writer.write(head + b"Content-Length: 2000000\r\n\r\n" + b" " * 1_500_000)
        answers = [asyncio.create_task(reader.readline()) for reader, _ in streams]
        async with asyncio.timeout(PATIENCE):
            done, waiting = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
            assert [each.result().split()[1] for each in done] == [b"429"]
            assert len(waiting) == 2
            for each in waiting:
                each.cancel()
            for _, writer in streams:
                writer.close()
            # What they held is given back as soon as the server has seen them go.
            status = 429
            while status == 429:
                status = await asyncio.to_thread(status_of_body, port, 2_900_000)
    assert status == 400


def status_of_body(port: int, size: int) -> int:
    body = {"network": "a" * size}
    return requests.post(f"http://127.0.0.1:{port}/v1/networks", json=body, timeout=30).status_code


@asynccontextmanager
async def serving(limits: Limits) -> AsyncIterator[int]:
    settings = Settings("127.0.0.1:0", "127.0.0.1:0", database="memory:", limits=limits)
    server = Server(settings, asyncio.get_running_loop())
    addresses = await server.start()
    try:
        yield int(str(addresses.http).rpartition(":")[2])
    finally:
        await server.stop()


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        (b"/v1/networks", b"application/json"),
        (b"/v1/trainingSets:upload", b"application/x-ndjson"),
    ],
)
async def test_a_body_that_drips_is_refused_after_a_time(path: bytes, media_type: bytes) -> None:
    async with serving(Limits(body_seconds=1)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Type: %b\r\n" % (path, media_type)
        writer.write(head + b"Content-Length: 1000\r\n\r\n{")

        async def drip() -> None:
            for _ in range(30):
                writer.write(b" ")
                await asyncio.sleep(0.1)

        dripping = asyncio.create_task(drip())
        async with asyncio.timeout(PATIENCE):
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readline()
        dripping.cancel()
        writer.close()
    assert b" 503 " in head.splitlines()[0]
    assert b"body_seconds" in body
