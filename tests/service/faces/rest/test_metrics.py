"""/metrics: what it contains is documented, and what refers to it refers to what there is."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import requests
from calls import create, fresh_id, settings, train
from clearprop.v1 import training_service_pb2 as pb
from documents import ROOT
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from servers import ServerProcess, new_server

GUIDE = (ROOT / "docs" / "operate.md").read_text()
DASHBOARD = ROOT / "docker" / "grafana-dashboard.json"
ALERTS = ROOT / "docker" / "prometheus-alerts.yaml"

PROMTOOL = shutil.which("promtool")
with_promtool = pytest.mark.skipif(PROMTOOL is None, reason="needs promtool")


def metrics(url: str) -> dict[str, Metric]:
    answer = requests.get(f"{url}/metrics", timeout=60)
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return {each.name: each for each in text_string_to_metric_families(answer.text)}


def value(found: dict[str, Metric], name: str, **labels: str) -> float:
    """Return the value of one sample; 0 if there is none."""
    samples = [
        sample.value
        for metric in found.values()
        for sample in metric.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    return sum(samples)


@pytest.fixture(scope="module")
def seen(http_server: ServerProcess) -> dict[str, Metric]:
    """The metrics of a server that has done something."""
    with http_server.stub() as stub:
        network = create(stub).network
        train(stub, network, settings(epochs=50))
        request = pb.WatchUpdatesRequest(network=network, start_update=0, until_run=1)
        for _ in stub.WatchUpdates(request):
            pass
    requests.get(f"{http_server.http}/v1/networks/{fresh_id('none')}", timeout=60)
    while True:  # a call is counted after its response
        found = metrics(http_server.http)
        if value(found, "clearprop_calls_total", method="GetNetwork", face="http"):
            return found


def test_calls_are_counted_for_both_faces(seen: dict[str, Metric]) -> None:
    for face, method, code in (
        ("grpc", "CreateNetwork", "OK"),
        ("grpc", "WatchUpdates", "OK"),
        ("http", "GetNetwork", "NOT_FOUND"),
    ):
        labels = {"face": face, "method": method}
        assert value(seen, "clearprop_calls_total", **labels, code=code) >= 1
        assert value(seen, "clearprop_call_duration_seconds_count", **labels) >= 1
    assert value(seen, "clearprop_stream_sent_bytes_total", face="grpc") > 50 * 21 * 8


def test_training_and_the_store_are_counted(seen: dict[str, Metric]) -> None:
    assert value(seen, "clearprop_updates_total") >= 50
    assert value(seen, "clearprop_segments_total") >= 1
    assert value(seen, "clearprop_runs_ended_total", state="succeeded") >= 1
    assert value(seen, "clearprop_store_transaction_duration_seconds_count") >= 3
    assert value(seen, "clearprop_store_free_bytes") > 0
    assert value(seen, "clearprop_store_used_bytes") > 0
    assert value(seen, "clearprop_store_writable") == 1
    assert value(seen, "clearprop_networks") >= 1
    assert value(seen, "clearprop_replay_duration_seconds_count") >= 1
    assert value(seen, "process_resident_memory_bytes") > 0


def test_labels_do_not_grow_with_what_clients_name(
    http_server: ServerProcess, seen: dict[str, Metric]
) -> None:
    def series() -> int:
        found = metrics(http_server.http)
        return sum(len(metric.samples) for metric in found.values())

    def refuse() -> None:
        for _ in range(5):
            requests.get(f"{http_server.http}/v1/networks/{fresh_id('none')}", timeout=60)

    refuse()
    before = series()
    refuse()
    assert series() == before


def test_the_guide_lists_every_metric_with_its_help(seen: dict[str, Metric]) -> None:
    _, after = GUIDE.split("| metric | kind | meaning |\n| --- | --- | --- |\n")
    rows = after.split("\n\n")[0].splitlines()
    own = [metric for metric in seen.values() if metric.name.startswith("clearprop_")]
    assert sorted(rows) == sorted(
        f"| `{metric.name}{'_total' if metric.type == 'counter' else ''}` | {metric.type} |"
        f" {metric.documentation} |"
        for metric in own
    )
    for metric in own:
        assert re.fullmatch(r"[A-Z0-9].*\.", metric.documentation), metric.name


def named(text: str) -> set[str]:
    """Return the metrics that a text names."""
    return set(re.findall(r"\b(?:clearprop|process)_[a-z_]+", text)) - {"clearprop_server"}


@pytest.mark.parametrize("file", [DASHBOARD, ALERTS], ids=["dashboard", "alerts"])
def test_the_dashboard_and_the_alerts_name_only_metrics_that_exist(
    file: Path, seen: dict[str, Metric]
) -> None:
    exist = {sample.name for metric in seen.values() for sample in metric.samples}
    exist |= {f"{metric.name}_total" for metric in seen.values() if metric.type == "counter"}
    assert named(file.read_text()) <= exist


def test_the_dashboard_shows_every_metric(seen: dict[str, Metric]) -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    shown = "".join(target["expr"] for panel in panels for target in panel.get("targets", ()))
    for name in seen:
        assert not name.startswith("clearprop_") or name in shown, name


@with_promtool
def test_promtool_finds_nothing_wrong(http_server: ServerProcess, seen: dict[str, Metric]) -> None:
    assert PROMTOOL is not None
    subprocess.run([PROMTOOL, "check", "rules", str(ALERTS)], check=True, capture_output=True)
    text = requests.get(f"{http_server.http}/metrics", timeout=60).content
    done = subprocess.run(
        [PROMTOOL, "check", "metrics"], input=text, check=False, capture_output=True
    )
    complaints = [line for line in done.stderr.splitlines() if line.startswith(b"clearprop_")]
    assert not complaints


def test_metrics_need_a_token_and_health_does_not(tmp_path: Path) -> None:
    with new_server(tmp_path, "--auth", "required", http=True) as server:
        answer = requests.get(f"{server.http}/metrics", timeout=60)
        assert answer.status_code == 401
        assert "Bearer" in answer.headers["WWW-Authenticate"]
        for path in ("healthz", "readyz"):
            assert requests.get(f"{server.http}/{path}", timeout=60).status_code == 200


def test_metrics_can_have_a_port_of_their_own(tmp_path: Path) -> None:
    with new_server(tmp_path, "--metrics", "127.0.0.1:0", http=True) as server:
        found = re.search(r"metrics on (http://127\.0\.0\.1:\d+)/metrics", server.said())
        assert found is not None
        assert "clearprop_updates" in metrics(found[1])
        assert requests.get(f"{server.http}/metrics", timeout=60).status_code == 404
        assert requests.get(f"{found[1]}/v1/networks", timeout=60).status_code == 404
