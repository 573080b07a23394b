"""Calls for whole networks."""

from collections.abc import Iterable, Mapping
from operator import index

from clearprop.calls.base import PAGE_SIZE, Call, Pages, new_request_id
from clearprop.documents import DocumentLike, read_document
from clearprop.options import FormatName, NetworkOptions, describe_network
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.network_pb2 import Network
from clearprop.values import enum_value, iterated, labels_of


def create_network(
    network: str, layer_sizes: Iterable[int], options: NetworkOptions, request_id: str
) -> Call[pb.CreateNetworkResponse]:
    """Create a network."""
    request = pb.CreateNetworkRequest(
        network=network,
        layer_sizes=_sizes(layer_sizes),
        request_id=request_id or new_request_id(),
    )
    describe_network(request, options)
    return Call(request, pb.CreateNetworkResponse)


def _sizes(layer_sizes: Iterable[int]) -> list[int]:
    try:
        return [index(size) for size in iterated(layer_sizes)]
    except TypeError:
        raise ValueError(
            f"layer_sizes must be whole numbers, such as [2, 5, 1], not {layer_sizes!r}."
        ) from None


def import_network(
    document: DocumentLike, network: str, request_id: str
) -> Call[pb.CreateNetworkResponse]:
    """Create a network from a document."""
    request = read_document(document)
    request.network = network
    request.request_id = request_id or new_request_id()
    return Call(request, pb.CreateNetworkResponse)


def fork_network(
    network: str,
    update: int | None,
    new_network: str,
    labels: Mapping[str, str] | None,
    request_id: str,
) -> Call[pb.ForkNetworkResponse]:
    """Create a network from an update of another network."""
    request = pb.ForkNetworkRequest(
        network=network,
        update=update,
        new_network=new_network,
        labels=labels_of(labels),
        request_id=request_id or new_request_id(),
    )
    return Call(request, pb.ForkNetworkResponse)


def get_network(network: str) -> Call[pb.GetNetworkResponse]:
    """Read a network."""
    return Call(pb.GetNetworkRequest(network=network), pb.GetNetworkResponse)


def list_networks() -> Pages[pb.ListNetworksResponse, Network]:
    """List the networks."""
    return Pages(
        lambda token: Call(
            pb.ListNetworksRequest(page_size=PAGE_SIZE, page_token=token),
            pb.ListNetworksResponse,
        ),
        lambda page: (page.networks, page.next_page_token),
    )


def set_labels(
    network: str, labels: Mapping[str, str], etag: str, request_id: str
) -> Call[pb.UpdateNetworkResponse]:
    """Replace the labels of a network."""
    request = pb.UpdateNetworkRequest(
        network=network,
        labels=labels_of(labels),
        etag=etag,
        request_id=request_id or new_request_id(),
    )
    return Call(request, pb.UpdateNetworkResponse)


def delete_updates(
    network: str, before: int, etag: str, request_id: str
) -> Call[pb.DeleteUpdatesResponse]:
    """Delete the updates before one of them."""
    request = pb.DeleteUpdatesRequest(
        network=network,
        before_update=before,
        etag=etag,
        request_id=request_id or new_request_id(),
    )
    return Call(request, pb.DeleteUpdatesResponse)


def delete_network(network: str, etag: str, request_id: str) -> Call[pb.DeleteNetworkResponse]:
    """Delete a network."""
    request = pb.DeleteNetworkRequest(
        network=network, etag=etag, request_id=request_id or new_request_id()
    )
    return Call(request, pb.DeleteNetworkResponse)


def export_network(
    network: str, file_format: FormatName, update: int | None, *, float32: bool
) -> Call[pb.ExportNetworkResponse]:
    """Export a network."""
    request = pb.ExportNetworkRequest(
        network=network,
        update=update,
        format=enum_value(pb.ExportFormat, file_format),
        float32=float32,
    )
    return Call(request, pb.ExportNetworkResponse)
