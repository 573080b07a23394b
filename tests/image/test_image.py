"""The image of the container works read-only, for any user, without anything of its base."""

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import clearprop
import grpc
import pytest
from certificates import Authority
from root_image import FOLDER, IMAGE, USER, Image, Server, buildah

from bench.ports import free_port

HEALTH = ("python", "-I", "-S", "/opt/clearprop/health.py")
UPDATES = 200_000


def addresses() -> dict[str, str]:
    return {f"CLEARPROP_{name}": f"127.0.0.1:{free_port()}" for name in ("GRPC", "HTTP")}


def test_the_image_is_small(image: Image, report: Callable[[str], None]) -> None:
    size = sum(each.lstat().st_size for each in image.root.rglob("*") if not each.is_dir())
    archive = FOLDER / "clearprop.tar"
    archive.unlink(missing_ok=True)
    buildah("push", "--quiet", IMAGE, f"oci-archive:{archive}")
    report(f"{size:,} bytes of files, {archive.stat().st_size:,} bytes compressed")
    assert size < 600_000_000


def test_the_image_has_no_shell_no_packager_and_nothing_that_gains_rights(image: Image) -> None:
    programs = {each.name for each in image.root.rglob("bin/*")}
    assert programs.isdisjoint({"sh", "bash", "dash", "apt", "dpkg", "pip", "pip3", "su", "mount"})
    modes = {each: each.lstat().st_mode for each in image.root.rglob("*") if not each.is_symlink()}
    assert not [each for each, mode in modes.items() if mode & (stat.S_ISUID | stat.S_ISGID)]
    writable = [each for each, mode in modes.items() if mode & stat.S_IWOTH]
    assert [each.name for each in writable] == ["tmp"]
    assert image.config["User"] == "10001:10001"
    assert (image.root / "data").stat().st_uid == 10001


def test_the_image_says_what_it_is(image: Image) -> None:
    labels = image.config["Labels"]
    assert isinstance(labels, dict)
    names = ("title", "description", "licenses", "version", "revision")
    assert all(labels[f"org.opencontainers.image.{name}"] for name in names)
    packages = {each.name for each in (image.root / "var/lib/dpkg/status.d").iterdir()}
    assert {"libc6", "libssl3t64"} <= packages
    for package in packages:
        assert (image.root / "usr/share/doc" / package / "copyright").stat().st_size


def test_commands_work(image: Image, data: Path) -> None:
    for command in ("--help", "serve --help", "config show"):
        done = image.run(data, "clearprop", *command.split(), **addresses())
        assert done.returncode == 0, done.stderr
    # Its exit code depends on the clock of this machine.
    found = image.run(data, "clearprop", "doctor", **addresses()).stdout
    assert "compiled for this processor" in found
    assert "wrong " not in found


def test_only_the_volume_can_be_written(image: Image, data: Path) -> None:
    write = "import sys; open(sys.argv[1], 'w').close()"
    for place in ("/opt/clearprop/kernels/x", "/etc/passwd", "/tmp/x", "/x"):  # noqa: S108
        done = image.run(data, "python", "-c", write, place)
        assert "Read-only file system" in done.stderr or "Permission denied" in done.stderr
    assert image.run(data, "python", "-c", write, "/data/x").returncode == 0
    assert (data / "x").stat().st_uid == USER


def test_without_certificates_it_refuses_to_serve_a_network(image: Image, data: Path) -> None:
    done = image.run(data, "clearprop", "serve")
    assert done.returncode == 1
    assert "--tls-cert" in done.stderr


def test_it_trains_stops_and_continues_to_the_same_bits(
    image: Image, data: Path, report: Callable[[str], None]
) -> None:
    variables = addresses()
    with clearprop.connect(variables["CLEARPROP_GRPC"], retry_timeout=120.0) as client:
        with Server(image, data, **variables) as server:
            report(f"serves after {server.seconds_to_start:.1f} s")
            network = client.create_network("net", layer_sizes=[2, 5, 1], seed=7)
            run = network.train("xor", learning_rate=0.5, batch_size=4, epochs=UPDATES)
            next(iter(run.updates()))
            seconds = server.stop()
            report(f"stops in {seconds:.1f} s while it trains")
        with Server(image, data, **variables) as server:
            ended = run.wait()
            assert ended.state == "SUCCEEDED"
            *_, verified = network.verify()
            assert verified.done
            assert verified.verified_update == UPDATES
            assert server.stop() < 15
    assert "compiling" not in server.log.read_text()
    files = [each for each in data.iterdir() if each.is_file()]
    assert files
    assert {each.stat().st_uid for each in files} == {USER}
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}


@pytest.fixture
def over_tls(data: Path) -> dict[str, str]:
    """Variables for a server with a certificate, which is in the volume."""
    authority = Authority()
    (data.parent / "ca.crt").write_bytes(authority.pem)
    authority.issue("server").write(data / "tls.crt", data / "tls.key")
    for name in ("tls.crt", "tls.key"):
        os.chown(data / name, USER, USER)
    return {"CLEARPROP_TLS_CERT": "/data/tls.crt", "CLEARPROP_TLS_KEY": "/data/tls.key"}


def test_clients_of_a_network_need_tls_and_a_token(
    image: Image, data: Path, over_tls: dict[str, str]
) -> None:
    made = image.run(data, "clearprop", "admin-token", CLEARPROP_INSECURE="true")
    assert made.returncode == 0, made.stderr
    ports = {name: address.rpartition(":")[2] for name, address in addresses().items()}
    variables = over_tls | {name: f"0.0.0.0:{port}" for name, port in ports.items()}
    target = f"127.0.0.1:{ports['CLEARPROP_GRPC']}"
    ca = str(data.parent / "ca.crt")
    with Server(image, data, **variables) as server:
        assert image.run(data, *HEALTH, **variables).returncode == 0
        with clearprop.connect(target, ca=ca, token=made.stdout.strip()) as client:
            client.create_network("net", layer_sizes=[2, 5, 1], seed=7)
        with clearprop.connect(target, ca=ca, retry_timeout=0) as client:
            with pytest.raises(clearprop.ClearpropError) as refused:
                next(iter(client.networks()))
            assert refused.value.code is grpc.StatusCode.UNAUTHENTICATED
        server.stop()


@pytest.mark.parametrize("encrypted", [False, True])
def test_the_health_check_is_cheap_and_right(
    image: Image,
    data: Path,
    over_tls: dict[str, str],
    report: Callable[[str], None],
    encrypted: bool,
) -> None:
    variables = addresses() | (over_tls if encrypted else {})
    with Server(image, data, **variables) as server:
        seconds = []
        for _ in range(5):
            started = time.monotonic()
            done = image.run(data, *HEALTH, **variables)
            seconds.append(time.monotonic() - started)
            assert done.returncode == 0, done.stderr
        report(f"health check{' over TLS' * encrypted}: {median(seconds) * 1000:.0f} ms")
        server.stop()
    assert image.run(data, *HEALTH, **variables).returncode == 1
