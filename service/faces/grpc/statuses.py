"""Ends gRPC calls with the status of an error."""

import asyncio
from typing import Any, Never

import grpc

from service.faces.error_table import INTERNAL_ERROR, code_of, status_of
from service.faces.failures import note_failure
from training.error_kinds import ClearpropError

Context = grpc.aio.ServicerContext[Any, Any]


async def refuse(error: Exception, context: Context) -> Never:
    """End a call with the status of an error."""
    if not isinstance(error, grpc.aio.InternalError):  # raised by writing to a lost connection
        note_failure(error)
    if isinstance(error, ClearpropError):
        status = status_of(error)
        details = (("grpc-status-details-bin", status.SerializeToString()),)
        await _abort(context, code_of(error), status.message, details)
    await _abort(context, grpc.StatusCode.INTERNAL, INTERNAL_ERROR, ())
    raise AssertionError("abort does not return")


async def _abort(
    context: Context, code: grpc.StatusCode, message: str, details: tuple[tuple[str, bytes], ...]
) -> None:
    try:
        await context.abort(code, message, details)
    except grpc.aio.AbortError as sent:
        # gRPC keeps this error, in a cycle that is never collected: without the frames of its
        # traceback and its context, which hold the request, it is small.
        sent.__traceback__ = sent.__context__ = None
        raise asyncio.CancelledError from None
    except grpc.aio.InternalError:
        # The connection is lost, so nobody can receive the status.
        raise asyncio.CancelledError from None
