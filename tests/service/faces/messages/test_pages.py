"""Pages of lists end by the number and by the size of their items."""

import pytest
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb

from service.faces.messages.pages import PageResponse, page, page_position
from training.cancellation import Cancellation, cancelled_by
from training.errors import CallCancelled

IDS = [f"net-{number:04}" for number in range(1_500)]


class Listed:
    """A list of networks whose etags take some bytes."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.read_items = 0

    def read(self, after: str, limit: int) -> list[str]:
        found = [each for each in IDS if each > after][:limit]
        self.read_items += len(found)
        return found

    def convert(self, network: str) -> network_pb2.Network:
        return network_pb2.Network(network=network, etag="x" * self._size)

    def page(self, page_size: int, token: str, page_bytes: int) -> pb.ListNetworksResponse:
        request = pb.ListNetworksRequest(page_size=page_size, page_token=token)
        found = page(request, page_position, self.read, str, self.convert, page_bytes)
        response = pb.ListNetworksResponse(networks=found.items, next_page_token=found.next_token)
        rest = pb.ListNetworksResponse(next_page_token=found.next_token)
        shown = PageResponse(rest, "networks", found.items)
        assert shown.message() == response
        assert shown.serialized() == response.SerializeToString()
        return response

    def pages(self, page_size: int, page_bytes: int) -> list[pb.ListNetworksResponse]:
        pages, token = [], None
        while token != "":
            pages.append(self.page(page_size, token or "", page_bytes))
            token = pages[-1].next_page_token
        return pages


@pytest.mark.parametrize(
    ("page_size", "size", "page_bytes", "lengths"),
    [
        (1_000, 0, 10**6, [1_000, 500]),
        (500, 0, 10**6, [500, 500, 500]),
        (1_000, 10_000, 5 * 10**6, [499, 499, 499, 3]),
        (1_000, 10_000, 20_000 * 150, [299, 299, 299, 299, 299, 5]),
        (750, 1, 1, [1] * 1_500),  # an item that alone is too large
    ],
)
def test_a_page_ends_by_number_or_by_size(
    page_size: int, size: int, page_bytes: int, lengths: list[int]
) -> None:
    pages = Listed(size).pages(page_size, page_bytes)
    assert [len(each.networks) for each in pages] == lengths
    assert [network.network for each in pages for network in each.networks] == IDS
    if size > 1:
        assert all(each.ByteSize() <= page_bytes + 100 for each in pages)


def test_few_more_items_are_read_than_are_shown() -> None:
    listed = Listed(10_000)
    listed.page(1_000, "", 50 * 10_000)  # 49 fit
    assert listed.read_items <= 51
    listed = Listed(0)
    listed.page(100, "", 10**6)
    assert listed.read_items == 101


def test_a_page_that_nobody_waits_for_ends_between_two_items() -> None:
    cancellation, listed = Cancellation(), Listed(0)

    def convert(network: str) -> network_pb2.Network:
        cancellation.cancel(CallCancelled("the client has cancelled the call"))
        return network_pb2.Network(network=network)

    request = pb.ListNetworksRequest()
    with cancelled_by(cancellation), pytest.raises(CallCancelled):
        page(request, page_position, listed.read, str, convert, 10**6)
