"""Copies of the store, in both forms of the client."""

import hashlib
import time

import clearprop
import clearprop.aio
import grpc
import pytest
from clearprop.backups import check_complete
from clearprop.v1.training_service_pb2 import BackUpStoreResponse
from servers import ServerProcess


def test_a_copy_has_its_size_and_its_checksum(server: ServerProcess) -> None:
    with clearprop.connect(server.target) as client:
        copy = client.back_up()
        assert repr(copy) == f"<Backup {copy.file_name}>"
        content = b"".join(copy)
    assert content.startswith(b"SQLite format 3\0")
    assert copy.size_bytes == len(content)
    assert copy.sha256 == hashlib.sha256(content).hexdigest()


async def test_the_other_form_copies_too(server: ServerProcess) -> None:
    async with clearprop.aio.connect(server.target) as client:
        copy = await client.back_up()
        content = b"".join([chunk async for chunk in copy])
    assert copy.size_bytes == len(content)


@pytest.mark.parametrize(("size", "digest"), [(4, b"abc"), (3, b"abd"), (2, b"ab")])
def test_a_copy_that_was_damaged_on_its_way_is_an_error(size: int, digest: bytes) -> None:
    first = BackUpStoreResponse(size_bytes=3, sha256=hashlib.sha256(b"abc").hexdigest())
    check_complete(first, 3, hashlib.sha256(b"abc").hexdigest())
    with pytest.raises(clearprop.ClearpropError, match="damaged on its way") as error:
        check_complete(first, size, hashlib.sha256(digest).hexdigest())
    assert error.value.code is grpc.StatusCode.DATA_LOSS


def first_chunk_when_free(server: ServerProcess) -> bytes:
    """Begin a copy as soon as no other is being sent, and leave it after its first chunk."""
    deadline = time.monotonic() + 30
    with clearprop.connect(server.target) as client:
        while True:
            try:
                return next(iter(client.back_up()))
            except clearprop.ClearpropError as error:
                if error.reason != "TOO_MANY_CALLS" or time.monotonic() > deadline:
                    raise
            time.sleep(0.1)


def test_a_copy_that_is_not_read_to_its_end_does_not_keep_others_waiting(
    server: ServerProcess,
) -> None:
    for _ in range(3):
        assert first_chunk_when_free(server)
