"""Networks: creating, forking, reading, labelling and deleting them."""

from dataclasses import dataclass

from clearprop.v1 import training_service_pb2 as pb

from service.faces.messages.fields import optional
from service.faces.messages.networks import (
    label_keys,
    listed_network,
    network,
    new_network,
    sent_labels,
)
from service.faces.messages.pages import PageResponse, page, page_position
from service.faces.messages.requests import request_id
from service.use_cases.networks import Networks, NetworkView
from training.errors import Violations
from training.limits import Limits


@dataclass(frozen=True, slots=True)
class NetworkHandlers:
    """The RPCs for whole networks."""

    _networks: Networks
    _limits: Limits

    def create_network(self, request: pb.CreateNetworkRequest) -> pb.CreateNetworkResponse:
        """Create a network."""
        view = self._networks.create(
            new_network(request),
            request_id(request, _created),
            validate_only=request.validate_only,
        )
        return _created(view)

    def fork_network(self, request: pb.ForkNetworkRequest) -> pb.ForkNetworkResponse:
        """Create a network from an update of another one."""
        view = self._networks.fork(
            request.network,
            optional(request, "update"),
            request.new_network,
            sent_labels(request.labels),
            request_id(request, _forked),
        )
        return _forked(view)

    def get_network(self, request: pb.GetNetworkRequest) -> pb.GetNetworkResponse:
        """Return a network."""
        return pb.GetNetworkResponse(network=network(self._networks.get(request.network)))

    def list_networks(self, request: pb.ListNetworksRequest) -> PageResponse:
        """List networks in the order of their ids."""
        found = page(
            request,
            page_position,
            self._networks.page,
            lambda view: view.network.id,
            listed_network,
            self._limits.page_bytes,
        )
        rest = pb.ListNetworksResponse(next_page_token=found.next_token)
        return PageResponse(rest, "networks", found.items)

    def update_network(self, request: pb.UpdateNetworkRequest) -> pb.UpdateNetworkResponse:
        """Change labels."""
        unknown = Violations()
        view = self._networks.label(
            request.network,
            sent_labels(request.labels),
            label_keys(unknown, request),
            request.etag,
            request_id(request, _labelled),
            unknown.found,
        )
        return _labelled(view)

    def delete_network(self, request: pb.DeleteNetworkRequest) -> pb.DeleteNetworkResponse:
        """Delete a network."""
        self._networks.delete(request.network, request.etag, request_id(request, _deleted))
        return pb.DeleteNetworkResponse()


def _created(view: NetworkView) -> pb.CreateNetworkResponse:
    return pb.CreateNetworkResponse(network=network(view))


def _forked(view: NetworkView) -> pb.ForkNetworkResponse:
    return pb.ForkNetworkResponse(network=network(view))


def _labelled(view: NetworkView) -> pb.UpdateNetworkResponse:
    return pb.UpdateNetworkResponse(network=network(view))


def _deleted(_: None) -> pb.DeleteNetworkResponse:
    return pb.DeleteNetworkResponse()
