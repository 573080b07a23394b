"""The files for Docker Compose and Kubernetes name settings, ports and paths that exist."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from documents import ROOT

from service.settings import CONFIG, SETTINGS, read_settings

DOCKER = ROOT / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text()
MANIFESTS = sorted((DOCKER / "kubernetes").rglob("*.yaml"))
CLUSTER = DOCKER / "kubernetes" / "cluster"
RAY = DOCKER / "kubernetes" / "ray"
VARIABLES = {each.variable for each in (*SETTINGS, CONFIG)}
NOT_DEPLOYED = {"admin-token.yaml", "kustomization.yaml"}
LABELS = {"app.kubernetes.io/name": "clearprop"}

#: The ports of the image.
GRPC, HTTP = 50051, 8080


class _Loader(yaml.SafeLoader):
    """Also reads the tags of Compose that say how files are merged."""


def _override(loader: _Loader, node: yaml.Node) -> list[Any]:
    assert isinstance(node, yaml.SequenceNode)
    return list(loader.construct_sequence(node))


_Loader.add_constructor("!override", _override)


def compose(*names: str) -> dict[str, Any]:
    """Return the service of Compose that the files describe together."""
    merged: dict[str, Any] = {}
    for name in names:
        read = yaml.load((DOCKER / name).read_text(), Loader=_Loader)["services"]["server"]  # noqa: S506
        environment = merged.get("environment", {}) | read.get("environment", {})
        merged |= read | {"environment": environment}
    return merged


def service_of_cluster(name: str) -> dict[str, Any]:
    text = (DOCKER / "compose.cluster.yaml").read_text()
    return dict(yaml.load(text, Loader=_Loader)["services"][name])  # noqa: S506


def manifest(kind: str) -> dict[str, Any]:
    paths = [path for path in MANIFESTS if path.parent not in {CLUSTER, RAY}]
    found = [yaml.safe_load(path.read_text()) for path in paths]
    (only,) = (each for each in found if each["kind"] == kind)
    return dict(only)


def deployment(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((CLUSTER / f"{name}.yaml").read_text()))


def ray_cluster() -> dict[str, Any]:
    return dict(yaml.safe_load((RAY / "raycluster.yaml").read_text()))


def pod_of(name: str) -> dict[str, Any]:
    """Return the description of the pods: of a kind, a file of the cluster, or a group of Ray."""
    if name == "Pod":
        return dict(manifest(name)["spec"])
    if name.startswith("ray"):
        (workers,) = ray_cluster()["spec"]["workerGroupSpecs"]
        group = workers if name == "ray workers" else ray_cluster()["spec"]["headGroupSpec"]
        return dict(group["template"]["spec"])
    found = deployment(name) if name.islower() else manifest(name)
    return dict(found["spec"]["template"]["spec"])


@pytest.fixture(scope="module")
def pod() -> dict[str, Any]:
    return dict(manifest("StatefulSet")["spec"]["template"]["spec"])


@pytest.fixture(scope="module")
def container(pod: dict[str, Any]) -> dict[str, Any]:
    (only,) = pod["containers"]
    return dict(only)


def of_image() -> dict[str, str]:
    """The variables of the server that the image sets."""
    return dict(re.findall(r"\b(CLEARPROP_\w+)=(\S+)", DOCKERFILE))


def environments() -> Iterator[Any]:
    for names in (("compose.yaml",), ("compose.yaml", "compose.network.yaml")):
        environment = compose(*names)["environment"]
        yield pytest.param(environment, id=names[-1])
    (server,) = manifest("StatefulSet")["spec"]["template"]["spec"]["containers"]
    yield pytest.param({each["name"]: each["value"] for each in server["env"]}, id="kubernetes")


@pytest.mark.parametrize("environment", list(environments()))
def test_each_environment_is_one_with_which_a_server_starts(environment: dict[str, str]) -> None:
    # The name of the host is required of whoever starts it.
    chosen = {
        name: "host.example.com" if value.startswith("${") else value
        for name, value in environment.items()
    }
    assert set(chosen) | set(of_image()) <= VARIABLES
    settings = read_settings(of_image() | chosen).settings
    assert settings.grpc == f"0.0.0.0:{GRPC}"
    assert settings.http == f"0.0.0.0:{HTTP}"
    assert settings.database == "sqlite:////data/clearprop.db"
    if not settings.insecure:
        assert settings.tls_cert
        assert settings.requires_authentication


def test_without_certificates_only_loopback_reaches_the_container() -> None:
    alone = compose("compose.yaml")
    assert alone["environment"]["CLEARPROP_INSECURE"] == "true"
    assert alone["ports"] == [f"127.0.0.1:{port}:{port}" for port in (GRPC, HTTP)]
    with_network = compose("compose.yaml", "compose.network.yaml")
    assert with_network["environment"]["CLEARPROP_INSECURE"] == "false"
    assert with_network["ports"] == [f"{port}:{port}" for port in (GRPC, HTTP)]


def test_compose_gives_the_server_no_rights_and_limits() -> None:
    server = compose("compose.yaml")
    assert server["read_only"] is True
    assert server["cap_drop"] == ["ALL"]
    assert server["security_opt"] == ["no-new-privileges:true"]
    assert server["mem_limit"]
    assert server["pids_limit"]


def test_the_base_of_the_image_is_pinned_by_its_digest() -> None:
    bases = re.findall(r"^(?:FROM|ARG BASE=)\s*(\S+)", DOCKERFILE, re.MULTILINE)
    assert {base for base in bases if "@sha256:" not in base} == {"${BASE}", "scratch"}
    assert re.findall(r"@sha256:[0-9a-f]{64}\n", DOCKERFILE)
    installations = re.findall(r" install (--.*)", DOCKERFILE)
    assert installations
    assert all("--require-hashes" in each or "--no-index" in each for each in installations)


def test_the_image_runs_as_an_ordinary_user_and_checks_its_health() -> None:
    assert "\nUSER 10001:10001\n" in DOCKERFILE
    assert re.search(r"EXPOSE (\d+) (\d+)", DOCKERFILE)[0] == f"EXPOSE {GRPC} {HTTP}"  # type: ignore[index]
    check = re.search(r"HEALTHCHECK .*\\\n +CMD (\[.*\])", DOCKERFILE)
    assert check is not None
    assert Path(json.loads(check[1])[-1]).name == "health.py"


@pytest.mark.parametrize(
    "name", ["StatefulSet", "Pod", "servers", "workers", "ray head", "ray workers"]
)
def test_each_pod_is_restricted(name: str) -> None:
    pod = pod_of(name)
    (container,) = pod["containers"]
    # https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False
    # A service named clearprop would define CLEARPROP_PORT and others.
    assert pod["enableServiceLinks"] is False
    assert container["resources"]["limits"]["memory"]


def test_the_first_token_is_created_in_the_volume_of_the_server() -> None:
    pod = manifest("Pod")["spec"]
    (container,) = pod["containers"]
    assert container["args"] == ["admin-token"]
    stateful = manifest("StatefulSet")
    (claim,) = stateful["spec"]["volumeClaimTemplates"]
    name = f"{claim['metadata']['name']}-{stateful['metadata']['name']}-0"
    assert pod["volumes"][0]["persistentVolumeClaim"]["claimName"] == name
    assert container["volumeMounts"] == [{"name": "data", "mountPath": "/data"}]


def test_ports_and_probes_lead_to_the_server(container: dict[str, Any]) -> None:
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    assert ports == {"grpc": GRPC, "https": HTTP}
    probes = {
        name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")
    }
    assert {name: probe["path"] for name, probe in probes.items()} == {
        "startup": "/healthz",
        "liveness": "/healthz",
        "readiness": "/readyz",
    }
    assert {(probe["port"], probe["scheme"]) for probe in probes.values()} == {("https", "HTTPS")}
    service = manifest("Service")["spec"]
    assert {each["targetPort"]: each["port"] for each in service["ports"]} == ports
    (scraped,) = manifest("ServiceMonitor")["spec"]["endpoints"]
    assert scraped["port"] in ports
    assert scraped["path"] == "/metrics"


def test_selectors_select_the_pod() -> None:
    stateful = manifest("StatefulSet")["spec"]
    assert stateful["template"]["metadata"]["labels"] == LABELS
    assert stateful["selector"]["matchLabels"] == LABELS
    assert stateful["serviceName"] == manifest("Service")["metadata"]["name"]
    assert manifest("Service")["spec"]["selector"] == LABELS
    assert manifest("Service")["metadata"]["labels"] == LABELS
    assert manifest("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == LABELS
    assert manifest("ServiceMonitor")["spec"]["selector"]["matchLabels"] == LABELS
    for path in DOCKER.rglob("networkpolicy.yaml"):
        policy = next(yaml.safe_load_all(path.read_text()))
        if path.parent == RAY:
            assert policy["spec"]["podSelector"]["matchLabels"] == {
                "ray.io/cluster": "clearprop-ray"
            }
            continue
        if path.parent == CLUSTER:
            (expression,) = policy["spec"]["podSelector"]["matchExpressions"]
            assert expression["values"] == ["clearprop", "clearprop-worker"]
            continue
        assert policy["spec"]["podSelector"]["matchLabels"] == LABELS


def test_one_server_uses_the_volume(pod: dict[str, Any], container: dict[str, Any]) -> None:
    stateful = manifest("StatefulSet")["spec"]
    assert stateful["replicas"] == 1
    (claim,) = stateful["volumeClaimTemplates"]
    volumes = {claim["metadata"]["name"], *(each["name"] for each in pod["volumes"])}
    assert {each["name"] for each in container["volumeMounts"]} == volumes
    assert "\nVOLUME /data\n" in DOCKERFILE


def test_every_manifest_is_deployed() -> None:
    for folder in (DOCKER / "kubernetes", DOCKER / "kubernetes" / "monitoring", CLUSTER, RAY):
        kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
        patches = {each.get("path") for each in kustomization.get("patches", [])} - {None}
        there = {path.name for path in folder.glob("*.yaml")} - NOT_DEPLOYED
        assert (set(kustomization["resources"]) | patches) - {"..", "../cluster"} == there


def test_the_servers_of_a_cluster_are_the_one_server_without_its_volume(
    pod: dict[str, Any], container: dict[str, Any]
) -> None:
    servers = deployment("servers")
    assert servers["metadata"]["name"] == manifest("Service")["metadata"]["name"]
    assert servers["spec"]["selector"]["matchLabels"] == LABELS
    assert servers["spec"]["template"]["metadata"]["labels"] == LABELS
    found = servers["spec"]["template"]["spec"]
    (server,) = found.pop("containers")
    assert found.pop("volumes")[0] == {"name": "data", "emptyDir": {}}
    assert found == {key: pod[key] for key in pod.keys() - {"containers", "volumes"}}
    assert server["env"][2:] == container["env"]
    assert server | {"env": ()} == container | {"env": ()}


def test_the_servers_of_a_cluster_leave_runs_to_its_workers() -> None:
    url = "postgresql://clearprop:${CLEARPROP_PASSWORD}@database/clearprop"
    found = {each: service_of_cluster(each)["environment"] for each in ("server", "worker")}
    for name in ("servers", "workers"):
        (container,) = deployment(name)["spec"]["template"]["spec"]["containers"]
        secret = container["env"][0]
        assert secret["name"] == "CLEARPROP_DATABASE"
        assert secret["valueFrom"] == {"secretKeyRef": {"name": "clearprop-database", "key": "url"}}
        others = {each["name"]: each["value"] for each in container["env"][1:]}
        found[name] = others | {"CLEARPROP_DATABASE": url}
    for name, environment in found.items():
        assert set(environment) <= VARIABLES
        is_server = name.startswith("server")
        insecure = {"CLEARPROP_INSECURE": "true"} if name == "server" else {}
        settings = read_settings(of_image() | environment | insecure).settings
        assert settings.database == url
        assert settings.workers == ("0" if is_server else None)


def test_compose_gives_the_workers_of_a_cluster_no_rights_and_limits() -> None:
    server, worker = compose("compose.yaml"), service_of_cluster("worker")
    assert worker["command"] == ["work"]
    assert "ports" not in worker
    for key in ("read_only", "cap_drop", "security_opt", "mem_limit", "pids_limit"):
        assert worker[key] == server[key], key


def test_the_servers_of_ray_keep_workers_in_its_cluster() -> None:
    (server,) = deployment("servers")["spec"]["template"]["spec"]["containers"]
    patch = yaml.safe_load((RAY / "servers-patch.yaml").read_text())
    assert patch["metadata"]["name"] == deployment("servers")["metadata"]["name"]
    (patched,) = patch["spec"]["template"]["spec"]["containers"]
    assert patched["name"] == server["name"]
    merged = {each["name"]: each for each in (*server["env"], *patched["env"])}
    given = {name: each["value"] for name, each in merged.items() if "value" in each}
    settings = read_settings(
        of_image() | {k: v for k, v in given.items() if k in VARIABLES}
    ).settings
    cluster = ray_cluster()
    assert settings.workers == "ray"
    assert settings.ray_address == f"ray://{cluster['metadata']['name']}-head-svc:10001"
    (workers,) = cluster["spec"]["workerGroupSpecs"]
    (container,) = workers["template"]["spec"]["containers"]
    assert settings.ray_cpus <= int(container["resources"]["requests"]["cpu"])
    # The secret that KubeRay creates has the name of the cluster.
    assert {name for name in merged if name not in VARIABLES} == {"RAY_AUTH_MODE", "RAY_AUTH_TOKEN"}
    assert given["RAY_AUTH_MODE"] == cluster["spec"]["authOptions"]["mode"]
    secret = merged["RAY_AUTH_TOKEN"]["valueFrom"]["secretKeyRef"]
    assert secret == {"name": cluster["metadata"]["name"], "key": "auth_token"}


def test_ray_in_the_image_has_the_version_of_its_cluster() -> None:
    pinned = re.search(
        r"^ray==(\S+)", (ROOT / "requirements" / "ray.txt").read_text(), re.MULTILINE
    )
    assert pinned is not None
    assert ray_cluster()["spec"]["rayVersion"] == pinned[1]
    assert "\nFROM ${BASE} AS ray\n" in DOCKERFILE
