"""Streams over HTTP equal watches over gRPC, and can be resumed without a gap."""

import asyncio
import json
import random
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest
import requests
from calls import create, fresh_id, settings
from clearprop.v1 import run_pb2
from clearprop.v1 import training_service_pb2 as pb
from event_source import Event, EventSource
from patience import PATIENCE
from promises import Promise, rounds
from servers import ServerProcess
from starlette.types import Message

from service.app import Server
from service.faces import timeouts
from service.faces.response_stream import ResponseGroup, ResponseStream
from service.faces.rest import streams
from service.faces.rest.streams import ABORT, Streamed
from service.settings import Settings

UPDATES = 3_000


def xor(epochs: int) -> run_pb2.TrainingSettings:
    return settings("xor", epochs=epochs)


def train(server: ServerProcess, updates: int = UPDATES) -> str:
    """A network that is training, for so many updates."""
    with server.stub() as stub:
        name = create(stub).network
        stub.Train(pb.TrainRequest(network=name, settings=xor(updates)))
    return name


def watch_of(server: ServerProcess, name: str, **query: object) -> EventSource:
    parameters = {"startUpdate": 0, "untilRun": 1, **query}
    text = "&".join(f"{key}={value}" for key, value in parameters.items())
    return EventSource(f"{server.http}/v1/networks/{name}/updates:watch?{text}")


def updates_in(events: list[Event]) -> list[dict[str, Any]]:
    return [
        update
        for event in events
        if event.name == "message"
        for update in event.data.get("updates", {}).get("updates", [])
    ]


def run_events_in(events: list[Event]) -> list[dict[str, Any]]:
    told = [event.data["runEvent"] for event in events if "runEvent" in event.data]
    return list({each["event"]: each for each in told}.values())


def stored(server: ServerProcess, name: str) -> list[dict[str, Any]]:
    """All updates as pages of the history have them."""
    updates, token = [], ""
    while True:
        page = requests.get(
            f"{server.http}/v1/networks/{name}/updates?pageSize=1000&pageToken={token}", timeout=30
        ).json()
        updates += page["updates"]
        token = page["nextPageToken"]
        if not token:
            return updates


def test_a_client_that_is_cut_off_anywhere_misses_nothing(
    http_server: ServerProcess, promise: Promise
) -> None:
    chance = random.Random(6)
    cuts = 0
    for _ in range(rounds(2, 30)):
        name = train(http_server, 5_000)
        source = watch_of(http_server, name)
        events: list[Event] = []
        while not events or events[-1].name != "end":
            events += source.read(chance.choice([1, 30, 5_000, 500_000, 1_000_000]))
        cuts += source.connections - 1
        assert updates_in(events) == stored(http_server, name)
        states = [each["run"]["state"] for each in run_events_in(events)]
        assert states == [f"RUN_STATE_{state}" for state in ("PENDING", "RUNNING", "SUCCEEDED")]
    assert cuts > 10
    promise("no update is missed over cut connections", connections=cuts)


def test_a_client_misses_nothing_when_the_server_is_killed(
    own_http_server: ServerProcess,
) -> None:
    name = train(own_http_server, 40_000)
    source = watch_of(own_http_server, name, detail="DETAIL_COST")
    events: list[Event] = []
    kills = 0
    while not events or events[-1].name != "end":
        try:
            for event in source.read():
                events.append(event)
                if kills < 3 and "updates" in event.data and int(source.last_id) > 10_000 * kills:
                    kills += 1
                    own_http_server.kill()
        except requests.RequestException:
            own_http_server.start()
    assert kills == 3
    assert [int(each["update"]) for each in updates_in(events)] == list(range(40_001))


def test_a_client_that_has_read_the_end_does_not_reconnect(http_server: ServerProcess) -> None:
    source = watch_of(http_server, train(http_server))
    *_, last = source.read()
    assert (last.name, last.last_id) == ("end", "end")
    assert list(source.read()) == []
    assert source.statuses == [200, 204]


def test_last_event_id_overrides_the_query(http_server: ServerProcess) -> None:
    name = train(http_server)
    list(watch_of(http_server, name).read())  # to its end
    source = watch_of(http_server, name, startUpdate=17)
    source.last_id = "100"
    first, *_ = updates_in(list(source.read()))
    assert first["update"] == "101"


def test_a_client_whose_last_event_was_lost_is_told(http_server: ServerProcess) -> None:
    source = watch_of(http_server, train(http_server))
    source.last_id = str(UPDATES + 1)
    refused = requests.get(source.url, headers={"Last-Event-ID": source.last_id}, timeout=PATIENCE)
    error = refused.json()["error"]
    assert (error["status"], error["details"][0]["reason"]) == ("DATA_LOSS", "HISTORY_LOST")


def test_bookmarks_have_ids(http_server: ServerProcess) -> None:
    with http_server.stub() as stub:
        name = create(stub).network
    source = EventSource(f"{http_server.http}/v1/networks/{name}/updates:watch")
    first = next(source.read())
    assert first.data == {"bookmark": {"latestUpdate": "0"}}
    assert first.last_id == "0"


def test_columns_have_the_id_of_their_last_update(http_server: ServerProcess) -> None:
    source = watch_of(http_server, train(http_server), encoding="ENCODING_COLUMNS", stride=7)
    columns = [event for event in source.read() if "columns" in event.data]
    assert columns
    for event in columns:
        said = event.data["columns"]
        last = int(said["firstUpdate"]) + (said["count"] - 1) * int(said["stride"])
        assert event.last_id == str(last)
    assert columns[-1].last_id == str(UPDATES)


def test_lines_contain_the_same_as_events(http_server: ServerProcess) -> None:
    name = train(http_server)
    events = list(watch_of(http_server, name).read())
    lines = requests.post(
        f"{http_server.http}/v1/networks/{name}/updates:watch",
        json={"startUpdate": 0, "untilRun": 1},
        headers={"Accept": "application/x-ndjson"},
        timeout=30,
    ).text.splitlines()
    read = [Event("message", json.loads(line), "") for line in lines]
    assert updates_in(read) == updates_in(events)
    assert run_events_in(read) == run_events_in(events)


def test_a_stream_that_is_rejected_has_a_status_code(http_server: ServerProcess) -> None:
    for accept in ("text/event-stream", "application/x-ndjson"):
        refused = requests.get(
            f"{http_server.http}/v1/networks/{fresh_id()}/updates:watch",
            headers={"Accept": accept},
            timeout=30,
        )
        assert refused.status_code == 404
        assert refused.json()["error"]["details"][0]["reason"] == "NETWORK_NOT_FOUND"


@pytest.mark.parametrize("accept", ["text/event-stream", "application/x-ndjson"])
def test_an_error_during_a_stream_is_its_last_message(
    http_server: ServerProcess, accept: str
) -> None:
    with http_server.stub() as stub:
        name = create(stub).network
        with requests.get(
            f"{http_server.http}/v1/networks/{name}/updates:watch",
            headers={"Accept": accept},
            stream=True,
            timeout=30,
        ) as response:
            content = response.iter_content(None)
            said = next(content)
            stub.DeleteNetwork(pb.DeleteNetworkRequest(network=name))
            said += b"".join(content)
    if accept == "text/event-stream":
        assert b"\n\nevent: error\ndata: " in said
        error = json.loads(said.rstrip().rpartition(b"data: ")[2])["error"]
    else:
        error = json.loads(said.splitlines()[-1])["error"]
    assert (error["code"], error["status"]) == (404, "NOT_FOUND")


def test_a_server_that_shuts_down_ends_streams_and_accepts_no_more(
    own_http_server: ServerProcess,
) -> None:
    name = train(own_http_server, 50_000_000)
    source = watch_of(own_http_server, name, stride=100_000)
    events: list[Event] = []
    for event in source.read():
        events.append(event)
        if len(events) == 3:
            assert own_http_server.process is not None
            own_http_server.process.send_signal(15)
    error = events[-1]
    assert error.name == "error"
    assert error.data["error"]["details"][0]["reason"] == "DRAINING"
    assert error.data["error"]["code"] == 503
    # An error response would stop a browser permanently; a refused connection makes it retry.
    with pytest.raises(requests.ConnectionError):
        requests.get(source.url, timeout=PATIENCE)
    assert own_http_server.process is not None
    assert own_http_server.process.wait(PATIENCE) == 0


def test_head_returns_the_headers_of_a_stream(http_server: ServerProcess) -> None:
    name = train(http_server)
    head = requests.head(f"{http_server.http}/v1/networks/{name}/updates:watch", timeout=30)
    assert (head.status_code, head.headers["Content-Type"]) == (200, "text/event-stream")
    missing = requests.head(f"{http_server.http}/v1/networks/{fresh_id()}:export", timeout=30)
    assert missing.status_code == 404


@pytest.mark.parametrize("kind", ["JSON", "NPZ", "ONNX", "CSV", "C"])
def test_an_export_is_the_file(http_server: ServerProcess, kind: str) -> None:
    name = train(http_server)
    list(watch_of(http_server, name).read())
    url = f"{http_server.http}/v1/networks/{name}:export?format=EXPORT_FORMAT_{kind}"
    file = requests.get(url, timeout=PATIENCE)
    with http_server.stub() as stub:
        request = pb.ExportNetworkRequest(
            network=name, format=pb.ExportFormat.Value(f"EXPORT_FORMAT_{kind}")
        )
        pieces = list(stub.ExportNetwork(request))
    assert file.content == b"".join(piece.content for piece in pieces)
    assert file.headers["Content-Type"] == pieces[0].media_type
    assert pieces[0].file_name in file.headers["Content-Disposition"]
    lines = requests.get(url, headers={"Accept": "application/x-ndjson"}, timeout=PATIENCE).text
    assert json.loads(lines.splitlines()[0])["fileName"] == pieces[0].file_name


@pytest.fixture
async def here() -> AsyncIterator[Server]:
    """A server in this process."""
    settings = Settings("127.0.0.1:0", "127.0.0.1:0", database="memory:")
    server = Server(settings, asyncio.get_running_loop())
    yield server
    await server.stop()


async def test_a_client_that_does_not_read_is_disconnected(
    here: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    given_up = asyncio.Event()
    monkeypatch.setattr(timeouts, "WRITE_SECONDS", 0.2)
    monkeypatch.setattr(streams, "error_response", lambda error: given_up.set())
    host, _, port = str((await here.start()).http).partition(":")
    await asyncio.to_thread(
        here.handlers.networks.create_network,
        pb.CreateNetworkRequest(network="net", layer_sizes=[2, 5, 1]),
    )
    request = pb.TrainRequest(network="net", settings=xor(200_000))
    await asyncio.to_thread(here.handlers.runs.train, request)
    # No more is read than the buffer takes, until the server has given up.
    reader, writer = await asyncio.open_connection(host, int(port), limit=1_000)
    writer.write(
        b"GET /v1/networks/net/updates:watch?startUpdate=0 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    )
    assert b"200" in await reader.readline()
    await given_up.wait()
    # What was on its way still comes; that it is not all is seen by the chunk that is not there.
    read = await reader.read()
    assert read
    assert not read.endswith(b"\r\n0\r\n\r\n")
    writer.close()
    assert caplog.text == ""


async def test_a_file_that_cannot_be_completed_aborts_the_connection() -> None:
    async def chunks() -> AsyncGenerator[bytes, None]:
        yield b"half"
        raise RuntimeError("no other half")

    sent: list[Message] = []
    aborted = asyncio.Event()

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        await aborted.wait()
        return {"type": "http.disconnect"}

    async def groups() -> AsyncGenerator[ResponseGroup, None]:
        return
        yield

    scope = {"method": "GET", "extensions": {ABORT: aborted.set}}
    stream = ResponseStream(groups())
    await Streamed(chunks(), stream, {"Content-Type": "text/csv"})(scope, receive, send)
    assert aborted.is_set()
    assert [message.get("body") for message in sent] == [None, b"half"]
