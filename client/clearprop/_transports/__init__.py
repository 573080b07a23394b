"""Code that differs between the two forms of the client: a module for threads, one for asyncio.

Both have a transport with the same methods, `FAILURES`, the exceptions of gRPC for failed calls,
and `failure_of`, which converts one of them. All other code is written once, in `clearprop._async`.
"""
