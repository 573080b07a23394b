"""JSON is formatted and parsed as by google.protobuf.json_format, the oracle of these tests."""

import json
import re
import struct
from collections.abc import Mapping
from typing import Any

import pytest
from any_message import REQUESTS, RESPONSES, messages
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.run_pb2 import Validated
from documents_of_messages import Place, places
from google.protobuf import json_format
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from promises import rounds

import service.faces.rest.to_json as to_json_module
from service.faces.error_table import status_of
from service.faces.rest.from_json import fill, parse
from service.faces.rest.parameters import set_query
from service.faces.rest.to_json import large_to_json, to_json
from training.errors import InvalidFields, Violation, Violations

every_request = pytest.mark.parametrize("kind", REQUESTS, ids=lambda kind: kind.DESCRIPTOR.name)
every_message = pytest.mark.parametrize(
    "kind", [*REQUESTS, *RESPONSES], ids=lambda kind: kind.DESCRIPTOR.name
)
often = settings(
    max_examples=rounds(10, 2_000),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
data = st.data()


def bits(document: Any) -> Any:
    """Return a document with its numbers as bits, so that 0, 0.0 and -0.0 are three."""
    if isinstance(document, dict):
        return {name: bits(value) for name, value in document.items()}
    if isinstance(document, list):
        return [bits(value) for value in document]
    return struct.pack("<d", document) if isinstance(document, float) else repr(document)


def content(message: Message) -> bytes:
    """Return what a message is, to the bit: one with a NaN is not equal to itself."""
    return message.SerializeToString(deterministic=True)


def ours(kind: type[Message], text: str | bytes) -> Message | list[Violation]:
    """Return what our reader makes of a JSON text: a message, or what is bad."""
    message, violations = kind(), Violations()
    try:
        fill(violations, message, parse(text.encode() if isinstance(text, str) else text))
        violations.refuse()
    except InvalidFields as refused:
        status_of(refused)  # can be sent
        return refused.violations
    return message


def oracles(kind: type[Message], text: str) -> Message | None:
    """Return what protobuf's own reader makes of it; None where it refuses."""
    try:
        return json_format.Parse(text, kind())
    except json_format.ParseError:
        return None


# Out.


@every_message
@often
@given(data=data)
def test_a_message_is_the_json_that_protobuf_makes_of_it(kind: type[Message], data: Any) -> None:
    message = data.draw(messages(kind.DESCRIPTOR))

    text = to_json(message)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(to_json_module, "PART_VALUES", 2)
        patched.setattr(to_json_module, "_PART_BYTES", 0)
        assert large_to_json(message) == text
    document = json.loads(text)

    assert bits(document) == bits(
        json_format.MessageToDict(message, always_print_fields_with_no_presence=True)
    )


def test_json_has_no_whitespace_and_the_shortest_decimals() -> None:
    message = Validated(update=1, cost=0.1)
    assert to_json(message) == b'{"update":"1","cost":0.1}'


# In.


@every_request
@often
@given(data=data)
def test_a_message_comes_back_from_its_json(kind: type[Message], data: Any) -> None:
    message = data.draw(messages(kind.DESCRIPTOR))

    for text in (
        to_json(message),
        json_format.MessageToJson(message),
        json_format.MessageToJson(message, preserving_proto_field_name=True),
    ):
        read = ours(kind, text)
        assert isinstance(read, Message), read
        assert content(read) == content(message)


junk = st.recursive(
    st.sampled_from([None, True, False, "", "x", "1", "-1", "0.5", "true", "DETAIL_COST", "NaN"])
    | st.sampled_from(["Infinity", "-Infinity", "labels.aB", "a_b", "\U0001f600", "\ud800", "-0"])
    | st.sampled_from(["9007199254740993", str(2**63 - 1), str(2**63), "1e-5", "1e400", "1e"])
    | st.sampled_from(["+1", " 1", "1_0", "007", "inf"])
    | st.sampled_from([2**31 - 1, 2**31, -(2**31), 2**63 - 1, 2**63, -(2**63), 10**400])
    | st.integers(-(2**65), 2**65)
    | st.integers(-3, 3).map(float)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["update", "values", "1", "01", "x"]), inner, max_size=3)
    ),
    max_leaves=4,
)


@st.composite
def mutated(draw: st.DrawFn, kind: type[Message]) -> str:
    """A message's JSON in which something has been put where it need not fit."""
    document = json_format.MessageToDict(
        draw(messages(kind.DESCRIPTOR)),
        preserving_proto_field_name=draw(st.booleans()),
        always_print_fields_with_no_presence=draw(st.booleans()),
    )
    found = st.sampled_from([*places(kind.DESCRIPTOR, document)])
    for place in draw(st.lists(found, max_size=3, unique_by=lambda place: place.path)):
        place.holder[place.key] = draw(junk)
    if kind.DESCRIPTOR.fields and draw(st.booleans()):
        # Under either of its names, and so perhaps under both.
        field = draw(st.sampled_from([*kind.DESCRIPTOR.fields]))
        document[draw(st.sampled_from([field.name, field.json_name]))] = draw(junk)
    return json.dumps(document)


#: What json_format takes and we refuse, each with the words in which we do.
TAKEN_BY_THE_ORACLE_ALONE: Mapping[str, list[tuple[type[Message], str]]] = {
    # Which of both is meant?
    r"occurs twice, as \w+ and \w+": [
        (pb.StepRequest, '{"requestId": "1", "request_id": "2"}'),
    ],
    # Python's int and float take these, JSON does not.
    r'must be a \d\d-bit integer, not "(\+1|1_0|007|01)"': [
        (pb.StepRequest, '{"count": "+1"}'),
        (pb.StepRequest, '{"count": "1_0"}'),
        (pb.SetWeightsRequest, '{"layers": {"01": {}}}'),
    ],
    r'must be one of [A-Z_, ]+, not "(\+1| 1|1_0|007|01)"': [
        (pb.StepRequest, '{"unit": "+1"}'),
        (pb.StepRequest, '{"unit": " 1"}'),
    ],
    r'must be a float64 number, not "(\+1| 1|1_0|007|01|inf)"': [
        (pb.TrainRequest, '{"settings": {"learningRate": " 1"}}'),
        (pb.TrainRequest, '{"settings": {"learningRate": "inf"}}'),
    ],
    # Both refuse the number 1e400; this becomes Infinity there.
    r'must be a finite float64 number, not "1e400"': [
        (pb.TrainRequest, '{"settings": {"learningRate": "1e400"}}'),
    ],
    # int(0.5) is 0, int(True) and float(True) are 1.
    r"must be one of [A-Z_, ]+, not (true|false|-?[0-9.e-]+)": [
        (pb.StepRequest, '{"unit": 0.5}'),
        (pb.StepRequest, '{"unit": true}'),
    ],
    # Of what does not fit into 32 bits, the lowest 32 are taken: these are 1.
    r'must be one of [A-Z_, ]+, not "-?[0-9]{10,}"': [
        (pb.StepRequest, '{"unit": "4294967297"}'),
        (pb.StepRequest, '{"unit": "-4294967295"}'),
    ],
    r"must be a float64 number, not (true|false)": [
        (pb.TrainRequest, '{"settings": {"learningRate": true}}'),
    ],
    # What has no names has no unknown ones.
    r'must be an object, not (an array|"")': [
        (pb.TrainRequest, '{"settings": []}'),
        (pb.TrainRequest, '{"settings": ""}'),
    ],
    r"the body must be an object, not an array": [
        (pb.TrainRequest, "[]"),
    ],
}

#: What we take and json_format does not.
TAKEN_BY_US_ALONE = [
    (pb.StepRequest, '{"unit": "1.0"}'),
    # RFC 8259 allows a parser to ignore a byte order mark.
    (pb.StepRequest, '\ufeff{"network": "a"}'),
]


@every_request
@often
@given(data=data)
def test_documents_are_accepted_and_rejected_as_by_protobuf(kind: type[Message], data: Any) -> None:
    text = data.draw(mutated(kind))

    found, judged = ours(kind, text), oracles(kind, text)

    if isinstance(found, Message):
        assert judged is not None
        assert content(found) == content(judged)
    elif judged is not None:
        for bad in found:
            assert any(
                re.fullmatch(words, bad.description) for words in TAKEN_BY_THE_ORACLE_ALONE
            ), bad


@pytest.mark.parametrize(
    ("words", "kind", "text"),
    [
        (words, kind, text)
        for words, examples in TAKEN_BY_THE_ORACLE_ALONE.items()
        for kind, text in examples
    ],
)
def test_documents_that_only_protobuf_accepts(words: str, kind: type[Message], text: str) -> None:
    found = ours(kind, text)

    assert oracles(kind, text) is not None
    assert isinstance(found, list)
    assert re.fullmatch(words, found[0].description), found


@pytest.mark.parametrize(("kind", "text"), TAKEN_BY_US_ALONE)
def test_documents_that_only_we_accept(kind: type[Message], text: str) -> None:
    assert isinstance(ours(kind, text), Message)
    assert oracles(kind, text) is None


@every_request
@often
@given(data=data)
def test_every_planted_error_is_reported_and_nothing_else(kind: type[Message], data: Any) -> None:
    message = data.draw(messages(kind.DESCRIPTOR))
    document = json_format.MessageToDict(
        message, preserving_proto_field_name=data.draw(st.booleans())
    )
    found = st.sampled_from([*places(kind.DESCRIPTOR, document)])
    chosen: list[Place] = data.draw(st.lists(found, unique_by=lambda p: p.path, min_size=1))
    for place in chosen:
        place.holder[place.key] = data.draw(place.refused())

    refused = ours(kind, json.dumps(document))

    assert isinstance(refused, list)
    assert sorted(bad.field for bad in refused) == sorted(place.path for place in chosen)


# No JSON at all.

_NO_JSON = {
    "nothing": b"",
    "white space": b" \n",
    "a word": b"network",
    "half an object": b'{"network": "a"',
    "two objects": b"{} {}",
    "a comment": b"{} // none",
    "a comma too many": b'{"network": "a",}',
    "single quotes": b"{'network': 'a'}",
    "UTF-8 that is cut off": b'{"network": "\xc3',
    "Latin 1": b'{"network": "\xe9"}',
    "UTF-16": '{"network": "a"}'.encode("utf-16"),
    "a surrogate in UTF-8": b'{"network": "\xed\xa0\x80"}',
    "two byte order marks": b'\xef\xbb\xbf\xef\xbb\xbf{"network": "a"}',
    "an archive": b"PK\x03\x04\x14\x00\x00\x08\x08\x00\xff\xff",
    "a control character": b'{"network": "\x00"}',
    "a number with too many digits": b'{"count": ' + b"9" * 100_000 + b"}",
    "a number with a plus": b'{"count": +1}',
    "a number with a leading zero": b'{"count": 01}',
    "a name twice": b'{"network": "a", "network": "a"}',
    "a name twice further down": b'{"settings": {"x": [{"y": 1, "y": 2}]}}',
    "a half of a pair twice": b'{"\\ud800": 1, "\\ud800": 2}',
    "brackets": b"[" * 100_000,
    "brackets that close": b"[" * 100_000 + b"]" * 100_000,
    "nested objects": b'{"settings":' * 100_000 + b"1" + b"}" * 100_000,
}


@pytest.mark.parametrize("body", _NO_JSON.values(), ids=_NO_JSON)
def test_a_body_that_is_not_json_is_rejected_as_a_whole(body: bytes) -> None:
    refused = ours(pb.StepRequest, body)

    assert isinstance(refused, list)
    assert [bad.field for bad in refused] == [""]
    assert refused[0].description.startswith("the body ")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            b"PK\x03\x04\x14\xff",
            "the body is a ZIP archive, such as .npz, .xlsx or .keras: send JSON",
        ),
        (b"\x1f\x8b\x08\x00", "the body is compressed with gzip: send JSON in UTF-8"),
        ('{"network": "a"}'.encode("utf-16"), "the body is UTF-16 text: send JSON in UTF-8"),
        (b'{"network": "\xe9"}', "the body is not valid UTF-8 at byte 14"),
    ],
)
def test_the_type_of_a_binary_body_is_reported(body: bytes, words: str) -> None:
    refused = ours(pb.StepRequest, body)

    assert isinstance(refused, list)
    assert refused[0].description.startswith(words)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400"])
def test_a_number_that_is_not_finite_is_refused_at_its_field(value: str) -> None:
    refused = ours(
        pb.PredictRequest, f'{{"inputs": [{{"values": [1, {value}]}}], "update": {value}}}'
    )

    assert isinstance(refused, list)
    assert [bad.field for bad in refused] == ["inputs[0].values[1]", "update"]
    assert refused[0].description.startswith("must be a finite float64 number, not ")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("sed", "initializer.seed"),
        ("optimizer", "optimizerState.optimizer"),
        ("Initialiser", "initializer"),
        ("layersizes", "layerSizes"),
        ("layer_size", "layerSizes"),
        ("LAYER-SIZES", "layerSizes"),
        ("biases", "bias"),
    ],
)
def test_an_unknown_field_is_reported_with_the_nearest_one_in_bodies_and_queries(
    given: str, meant: str
) -> None:
    kind = pb.CreateNetworkRequest
    words = f"unknown field of CreateNetworkRequest: did you mean {meant}?"
    violations = Violations()

    set_query(violations, kind(), [(given, "1")])

    assert violations.found == ours(kind, f'{{"{given}": 1}}') == [Violation(given, words)]


@pytest.mark.parametrize("body", [b"null", b"[]", b'""', b"1", b"true", b'"x"', b"[{}]"])
def test_a_document_that_is_not_an_object_is_rejected(body: bytes) -> None:
    refused = ours(pb.StepRequest, body)

    assert isinstance(refused, list)
    assert refused[0].description.startswith("the body must be an object")


@settings(max_examples=rounds(100, 30_000))
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_parsed_or_rejected(body: bytes) -> None:
    assert ours(pb.StepRequest, body) is not None


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (r'{"\ud800": 1}', "?"),
        (r'{"network": "\ud800"}', "network"),
        (r'{"network": "\udc00\ud800"}', "network"),
        (r'{"unit": "\ud800"}', "unit"),
        (r'{"settings": {"\udfff": 1}}', "settings.?"),
    ],
)
def test_unpaired_surrogates_are_reported_at_their_field(text: str, field: str) -> None:
    refused = ours(pb.StepRequest, text)

    assert isinstance(refused, list)
    assert [bad.field for bad in refused] == [field]


def test_a_surrogate_pair_is_its_character() -> None:
    assert ours(pb.StepRequest, r'{"network": "\ud83d\ude00"}') == pb.StepRequest(network="😀")


def test_labels_with_any_name_are_reported_by_it() -> None:
    refused = ours(pb.CreateNetworkRequest, r'{"labels": {"\ud800": "a", "b": "\ud800", "c": 1}}')

    assert isinstance(refused, list)
    assert [bad.field for bad in refused] == ["labels[?]", "labels[b]", "labels[c]"]


@pytest.mark.parametrize("value", ["-0.0", '"-0"', '"-0.0"'])
def test_minus_zero_keeps_its_sign(value: str) -> None:
    read = ours(pb.PredictRequest, f'{{"inputs": [{{"values": [{value}]}}]}}')

    assert isinstance(read, pb.PredictRequest)
    assert bits([*read.inputs[0].values]) == bits([-0.0])


def test_a_key_of_a_map_that_is_given_twice_in_two_spellings_is_refused() -> None:
    refused = ours(pb.SetWeightsRequest, '{"layers": {"1": {"units": 1}, "1.0": {"inputs": 2}}}')

    assert isinstance(refused, list)
    assert [bad.field for bad in refused] == ["layers[1.0]"]


def test_at_most_a_thousand_invalid_fields_are_reported() -> None:
    document = {f"no_{number}": 0 for number in range(5_000)}

    refused = ours(pb.StepRequest, json.dumps(document))

    assert isinstance(refused, list)
    assert len(refused) == 1_000


def test_at_most_a_thousand_unknown_query_parameters_are_reported() -> None:
    violations = Violations()

    with pytest.raises(InvalidFields) as refused:
        set_query(violations, pb.StepRequest(), [(f"no_{number}", "") for number in range(5_000)])

    assert len(refused.value.violations) == 1_000
