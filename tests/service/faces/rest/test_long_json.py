"""Long JSON texts are parsed in chunks, with the same result and errors as in one."""

import json
from array import array
from collections.abc import Callable
from typing import Any

import pytest
from clearprop.v1 import training_service_pb2 as pb
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st
from promises import rounds

from service.faces.rest import from_json, long_json
from service.faces.rest.from_json import fill, parse
from service.faces.rest.long_json import LongArray, TooDeep, decoded, parse_long
from training.errors import InvalidFields, Violations

DECODER = json.JSONDecoder(object_pairs_hook=dict)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda each: st.lists(each, max_size=6) | st.dictionaries(st.text(max_size=4), each),
    max_leaves=30,
)


def plain(value: Any) -> Any:
    """Return a value with ordinary arrays."""
    match value:
        case LongArray():
            return [plain(each) for chunk in value for each in chunk]
        case list():
            return [plain(each) for each in value]
        case dict():
            return {name: plain(each) for name, each in value.items()}
    return value


def outcome(parsing: Any) -> Any:
    try:
        return plain(parsing())
    except json.JSONDecodeError as error:
        return ("error", error.msg, error.pos)


@settings(max_examples=rounds(100, 20_000))
@given(VALUES, st.integers(2, 40), st.sampled_from([None, 1]), st.data())
def test_the_result_and_the_errors_are_those_of_the_parser(
    value: Any, window: int, indent: int | None, data: st.DataObject
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=data.draw(st.booleans()))
    if data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.text('[]{},:"1 ', max_size=2)) + text[at + 1 :]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(long_json, "WINDOW", window)
        assert outcome(lambda: parse_long(text, DECODER)) == outcome(lambda: DECODER.decode(text))


def test_long_arrays_of_numbers_are_compact() -> None:
    long = parse_long(json.dumps([n / 7 for n in range(100_000)]), DECODER)

    assert plain(long) == [n / 7 for n in range(100_000)]
    assert all(isinstance(chunk, array) for chunk in long.chunks[:-1])


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1, 2**63 - 1])
def test_integers_in_long_arrays_keep_every_digit(number: int) -> None:
    long = parse_long(json.dumps([number] * 10_000), DECODER)

    assert isinstance(long, LongArray)
    assert plain(long) == [number] * 10_000


def test_long_texts_are_converted_and_their_errors_name_the_fields() -> None:
    vectors = [{"values": [n, n + 0.5]} for n in range(40_000)]
    text = json.dumps({"network": "a", "inputs": vectors})
    assert len(text) > from_json._LONG
    message = pb.PredictRequest()
    fill(Violations(), message, parse(text.encode()))
    assert message.network == "a"
    assert [[*each.values] for each in message.inputs] == [each["values"] for each in vectors]

    violations = Violations()
    wrong = {"inputs": [*vectors, {"values": [*range(200_000), "x"]}, {"valeus": []}]}
    fill(violations, pb.PredictRequest(), parse(json.dumps(wrong).encode()))
    assert [each.field for each in violations.found] == [
        "inputs[40000].values[200000]",
        "inputs[40001].valeus",
    ]


@given(st.binary(max_size=60) | st.text("aж€😀", max_size=20).map(str.encode), st.integers(4, 9))
def test_bytes_are_decoded_in_chunks_as_in_one(content: bytes, size: int) -> None:
    def text_or_position(decode: Callable[[bytes], str]) -> object:
        try:
            return decode(content)
        except UnicodeDecodeError as error:
            return error.start

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(long_json, "_PART_BYTES", size)
        assert text_or_position(decoded) == text_or_position(bytes.decode)


@pytest.mark.parametrize(
    ("kind", "content", "violation"),
    [
        (pb.CreateNetworkRequest, {"layerSizes": [3] * 10_001}, "layer_sizes: must have at most"),
        (pb.CreateNetworkRequest, {"layerSizes": [3] * 200_000}, "layer_sizes: must have at most"),
        (
            pb.CreateNetworkRequest,
            {"labels": dict.fromkeys(map(str, range(10_001)), "")},
            "labels: must have at most 10,000 entries",
        ),
        (pb.CreateNetworkRequest, {"network": "x" * 1_001}, "network: must have at most 1,000 c"),
        (
            pb.UpdateNetworkRequest,
            {"updateMask": "labels," * 2_000},
            "update_mask: must have at most 10,000 characters",
        ),
    ],
)
def test_what_exceeds_any_field_is_refused_before_it_is_converted(
    kind: type[Message], content: dict[str, Any], violation: str
) -> None:
    violations, message = Violations(), kind()
    fill(violations, message, parse(json.dumps(content).encode()))
    assert [f"{each.field}: {each.description}"[: len(violation)] for each in violations.found] == [
        violation
    ]
    assert message.ByteSize() <= 20_000


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("[" * 300_000, "nested too deeply"),
        ('[{"a":[' * 20 + "1," * 200_000 + "1" + "]}]" * 20, "nested too deeply"),
        ("[" + "1," * 200_000 + "]", "Expecting value"),
        ('{"a":[' + "1," * 200_000 + '1],"a":1}', 'contains the name "a" twice'),
        ("[" + "1," * 200_000 + "9" * 5_000 + "]", "too many digits"),
    ],
)
def test_invalid_long_texts_are_reported(text: str, description: str) -> None:
    with pytest.raises(InvalidFields, match=description):
        parse(text.encode())


def test_too_deep_is_an_error_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_json, "WINDOW", 10)
    with pytest.raises(TooDeep):
        parse_long("[" * 20 + "1," * 20 + "1" + "]" * 20, DECODER)
