"""What each RPC does, for every face: translate, call a use case, translate back.

A plain method may block and is called in a thread; an async one waits for something. What streams
returns its responses when the call is accepted. What takes a stream takes an async iterator, which
ends when all has come and raises when the caller has gone away. Each method has the name of its RPC
in snake case. Errors are raised as the domain's; a face gives them their form.
"""
