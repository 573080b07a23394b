"""The limits of the service: checked by multiplying sizes, before anything is allocated."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

#: The largest value: integers up to this are exact as doubles in every language.
_LARGEST = 2**53


def _about(description: str, *, least: int = 1, most: int = _LARGEST) -> dict[str, object]:
    """Describe a limit: a sentence with its unit, and the values that it can have."""
    return {"description": description, "least": least, "most": most}


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of requests and calls; every number is inclusive.

    Raises ValueError if a limit cannot have its value.
    """

    # Sizes of requests and of what they create.

    request_bytes: int = field(
        default=16 * 2**20,
        metadata=_about("The maximum size of a request, in bytes.", least=1024, most=2**31 - 1),
    )
    response_bytes: int = field(
        default=64 * 2**20,
        metadata=_about("The maximum size of a response, in bytes.", least=1024, most=2**31 - 1),
    )
    message_elements: int = field(
        default=400_000,
        metadata=_about(
            "The maximum number of elements of a request: messages, strings, and numbers outside"
            " packed arrays."
        ),
    )
    layers: int = field(
        default=64,
        metadata=_about("The maximum number of layers of a network, including inputs.", least=2),
    )
    parameters: int = field(
        default=1_000_000, metadata=_about("The maximum number of parameters of a network.")
    )
    label_bytes: int = field(
        default=16_384,
        metadata=_about(
            "The maximum size of all keys and values of a network's labels, in bytes.", least=0
        ),
    )
    networks: int = field(default=10_000, metadata=_about("The maximum number of networks."))
    networks_of_client: int = field(
        default=10_000,
        metadata=_about(
            "The maximum number of networks that one client has created, without deleted ones."
        ),
    )
    tokens: int = field(
        default=1_000, metadata=_about("The maximum number of tokens, including expired ones.")
    )
    training_sets: int = field(
        default=10_000,
        metadata=_about("The maximum number of training sets, including built-in ones."),
    )
    training_set_bytes: int = field(
        default=512 * 2**20,
        metadata=_about(
            "The maximum size of a training set, in bytes: 8 bytes for each input and target value."
        ),
    )
    uploads: int = field(default=4, metadata=_about("The maximum number of concurrent uploads."))
    uploads_of_client: int = field(
        default=2, metadata=_about("The maximum number of concurrent uploads of one client.")
    )
    page_bytes: int = field(
        default=3 * 2**20,
        metadata=_about(
            "The approximate size at which a page of a list ends, in bytes.", least=1024
        ),
    )

    # Work.

    batch_numbers: int = field(
        default=2**24,  # about 800 MB to train
        metadata=_about(
            "The maximum of the batch size multiplied by the number of units in all layers,"
            " including inputs."
        ),
    )
    walk_lines: int = field(
        default=50_000,  # about two seconds
        metadata=_about("The approximate maximum number of lines that WalkUpdate executes."),
    )
    call_work: int = field(
        default=2**38,
        metadata=_about(
            "The maximum number of multiplications and additions of one call, as estimated from"
            " sizes before it starts."
        ),
    )
    quick_seconds: int = field(
        default=30,
        metadata=_about(
            "The deadline of a call that reads or changes data, in seconds, if the client sets"
            " none."
        ),
    )
    computing_seconds: int = field(
        default=300,
        metadata=_about(
            "The deadline of a call that computes, in seconds, if the client sets none."
        ),
    )
    verifying_seconds: int = field(
        default=3_600,
        metadata=_about("The deadline of VerifyHistory, in seconds, if the client sets none."),
    )
    runs_at_once: int = field(
        default=0,
        metadata=_about(
            "The maximum number of runs that train at the same time, in turns that are fair between"
            " clients; 0 means one for each processor.",
            least=0,
            most=9_999,
        ),
    )

    # Calls and connections.

    computing_calls: int = field(
        default=0,
        metadata=_about(
            "The maximum number of calls that compute at the same time; 0 means one for each"
            " processor.",
            least=0,
            most=9_999,
        ),
    )
    waiting_calls: int = field(
        default=1_000,
        metadata=_about("The maximum number of calls that wait for their turn."),
    )
    waiting_calls_of_client: int = field(
        default=64,
        metadata=_about("The maximum number of calls of one client that wait for their turn."),
    )
    calls_of_client: int = field(
        default=256, metadata=_about("The maximum number of concurrent calls of one client.")
    )
    calls_per_second_of_client: int = field(
        default=0,
        metadata=_about(
            "The maximum number of calls of one client in a second; 0 means no maximum.", least=0
        ),
    )
    watches: int = field(
        default=1_000, metadata=_about("The maximum number of concurrent watches.")
    )
    watches_of_client: int = field(
        default=250, metadata=_about("The maximum number of concurrent watches of one client.")
    )
    received_bytes: int = field(
        default=256 * 2**20,
        metadata=_about(
            "The maximum size of all request bodies that are being received or wait, in bytes."
        ),
    )
    received_bytes_of_client: int = field(
        default=64 * 2**20,
        metadata=_about(
            "The maximum size of all request bodies of one client that are being received or"
            " wait, in bytes.",
        ),
    )
    body_seconds: int = field(
        default=120,
        metadata=_about(
            "The maximum time in which a client sends the body of a request, in seconds."
        ),
    )
    connections: int = field(
        default=1_000,
        metadata=_about("The maximum number of open connections, for gRPC and for HTTP."),
    )
    connections_of_client: int = field(
        default=200,
        metadata=_about(
            "The maximum number of open connections of one client, for gRPC and for HTTP."
        ),
    )
    idle_seconds: int = field(
        default=300,
        metadata=_about("The time after which a connection without calls is closed, in seconds."),
    )
    connection_seconds: int = field(
        default=3_600,
        metadata=_about(
            "The age at which a connection takes no more calls, in seconds; the client opens a"
            " new one.",
        ),
    )

    # The store.

    store_bytes: int = field(
        default=0,
        metadata=_about(
            "The maximum size of the stored data, in bytes; 0 means no maximum.", least=0
        ),
    )
    free_bytes: int = field(
        default=256 * 2**20,
        metadata=_about(
            "The free space that the store leaves on its disk, in bytes, but at most a tenth of"
            " the disk.",
            least=0,
        ),
    )

    def __post_init__(self) -> None:
        for limit in described(self):
            if not limit.least <= limit.value <= limit.most:
                raise ValueError(
                    f"the limit {limit.name} must be {limit.least} to {limit.most},"
                    f" not {limit.value}"
                )


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: its value, its description and the values that it can have."""

    name: str
    value: int
    description: str
    least: int
    most: int


def described(limits: Limits) -> Iterator[Limit]:
    """Yield every limit."""
    for each in fields(limits):
        yield Limit(each.name, getattr(limits, each.name), **each.metadata)


#: The maximum of epochs × examples of one run: integers up to this are exact as doubles in every
#: language.
MOST_EXAMPLES_OF_A_RUN = 2**53
