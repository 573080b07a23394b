"""Envoy, which serves the contract over HTTP by the same annotations: the judge of our own way."""

import json
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

from google.protobuf import any_pb2, duration_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.rpc import error_details_pb2, status_pb2

from bench.ports import free_port

#: Where its wheel has a program.
IS_THERE = sys.platform == "linux" and platform.machine() == "x86_64"


@contextmanager
def envoy_before(target: str, folder: Path) -> Iterator[str]:
    """Serve what a gRPC server serves over HTTP; return where, as the beginning of a URL."""
    port = free_port()
    (folder / "types.binpb").write_bytes(_types().SerializeToString())
    config = folder / "envoy.json"
    config.write_text(json.dumps(_config(port, target, folder / "types.binpb")))
    program = str(files("envoy") / "_bin" / "envoy")
    command = [program, "--config-path", str(config), "--disable-hot-restart"]
    with Popen([*command, "--concurrency", "1"], stderr=PIPE, text=True) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if "starting main dispatch loop" in line:
                break
        else:
            raise RuntimeError("".join(said))
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def _types() -> FileDescriptorSet:
    """The contract, and what is in the details of errors."""
    content = files("clearprop.v1").joinpath("contract.binpb").read_bytes()
    types = FileDescriptorSet.FromString(content)
    there = {file.name for file in types.file}
    for module in (any_pb2, duration_pb2, status_pb2, error_details_pb2):
        if module.DESCRIPTOR.name not in there:
            file = FileDescriptorProto()
            module.DESCRIPTOR.CopyToProto(file)
            types.file.append(file)
    return types


def _config(port: int, target: str, types: Path) -> dict[str, Any]:
    transcoder = _typed(
        "filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder",
        proto_descriptor=str(types),
        services=["clearprop.v1.TrainingService"],
        convert_grpc_status=True,
        print_options={"always_print_primitive_fields": True, "stream_newline_delimited": True},
        request_validation_options={
            "reject_unknown_method": True,
            "reject_unknown_query_parameters": True,
            "reject_binding_body_field_collisions": True,
        },
    )
    connections = _typed(
        "filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="http",
        route_config={
            "virtual_hosts": [
                {
                    "name": "clearprop",
                    "domains": ["*"],
                    "routes": [
                        {
                            "match": {"prefix": "/"},
                            "route": {"cluster": "clearprop", "timeout": "0s"},
                        }
                    ],
                }
            ]
        },
        http_filters=[
            {"name": "transcoder", "typed_config": transcoder},
            {"name": "router", "typed_config": _typed("filters.http.router.v3.Router")},
        ],
    )
    options = _typed(
        "upstreams.http.v3.HttpProtocolOptions",
        explicit_http_config={"http2_protocol_options": {}},
    )
    connection = {"name": "connections", "typed_config": connections}
    endpoint = {"endpoint": {"address": _address(int(target.rpartition(":")[2]))}}
    return {
        "static_resources": {
            "listeners": [
                {
                    "name": "http",
                    "address": _address(port),
                    "filter_chains": [{"filters": [connection]}],
                }
            ],
            "clusters": [
                {
                    "name": "clearprop",
                    "type": "STATIC",
                    "typed_extension_protocol_options": {
                        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": options
                    },
                    "load_assignment": {
                        "cluster_name": "clearprop",
                        "endpoints": [{"lb_endpoints": [endpoint]}],
                    },
                }
            ],
        }
    }


def _typed(name: str, **fields: Any) -> dict[str, Any]:
    return {"@type": f"type.googleapis.com/envoy.extensions.{name}", **fields}


def _address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
