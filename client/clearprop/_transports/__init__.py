"""What the two forms of the client do differently: one module for threads, one for an event loop.

Both have a transport with the same methods, `FAILURES`, the exceptions with which gRPC says that a
call failed, and `failure_of`, which translates one of them. Everything else is written once, in
`clearprop._async`.
"""
