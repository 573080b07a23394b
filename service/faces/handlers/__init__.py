"""The handlers of all RPCs, for every face: convert the request, call a use case, convert back.

Each method has the name of its RPC in snake case. A plain method may block and is called in a
thread; an async method runs in the event loop. The handler of a server-streaming RPC returns its
responses once the call is accepted. The handler of a client-streaming RPC takes an async iterator,
which raises if the caller disconnects. Handlers raise errors of the domain, which a face converts.
"""
