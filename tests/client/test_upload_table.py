"""Both forms of the client upload tables, and predict from them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import clearprop
import clearprop.aio
import numpy as np
import pandas as pd
import pytest
from calls import fresh_id
from clearprop import ClearpropError, Client
from servers import ServerProcess

FRAME = pd.DataFrame(
    {
        "weight": [4.0, 25.0, None, 21.0, 5.0, 30.0],
        "colour": ["grey", "red", "red", "grey", "red", "grey"],
        "kind": ["cat", "dog", "cat", "dog", "cat", "dog"],
    }
)


@pytest.fixture
def client(server: ServerProcess) -> Iterator[Client]:
    with clearprop.connect(server.target) as client:
        yield client


def trained(client: Client, name: str, sizes: list[int], activation: str) -> clearprop.Network:
    network = client.create_network(name, layer_sizes=sizes, activations=[activation], bias=True)
    network.train(name, learning_rate=0.5, batch_size=2, epochs=60).wait()
    return network


def test_a_frame_becomes_a_set_and_a_frame_is_predicted(client: Client, tmp_path: Path) -> None:
    name = fresh_id("frame")
    made = client.upload_table(
        name, FRAME, targets="kind", one_hot=True, scaling="standardize", missing="mean"
    )
    table = made.table
    assert table is not None
    assert [(each.name, each.kind, each.categories) for each in table.inputs] == [
        ("weight", "NUMBER", []),
        ("colour", "CATEGORY", ["grey", "red"]),
    ]
    assert [each.has_missing for each in table.inputs] == [True, False]
    assert (table.target_kind, table.target_names) == ("CLASSES", ["kind"])
    assert (table.classes, table.scaling, table.missing) == (["cat", "dog"], "standardize", "mean")
    assert (made.input_count, made.target_count) == (4, 2)

    network = trained(client, name, [4, 2], "softmax")
    assert not network.message.HasField("preparation")  # as it was read before training
    found = network.predict(FRAME[["colour", "weight"]])
    assert found.classes == list(FRAME["kind"])
    assert found.output_names == ["cat", "dog"]
    known = network.preparation
    assert known is not None
    assert known.fills[0] == FRAME["weight"].mean()
    assert known.example_count == 6
    assert known.table.classes == ["cat", "dog"]
    for rows in (FRAME.to_dict("records"), dict(FRAME)):
        assert np.array_equal(network.predict(rows).outputs, found.outputs)
    file = tmp_path / "rows.csv"
    FRAME.to_csv(file, index=False)
    assert np.array_equal(network.predict(file).outputs, found.outputs)
    with pytest.raises(ValueError, match="Row 2, column colour: 'blue' is not a known category"):
        network.predict({"weight": [1, 2], "colour": ["red", "blue"]})
    advice = rf"Network {name} takes named columns \(weight, colour\): use .* \{{'weight': 1, …\}}"
    for matrix in ([[4.0, "grey"]], np.zeros((2, 2)), [[1.0, 0.0, 0.0, 1.0]]):
        with pytest.raises(ValueError, match=advice):
            network.predict(matrix)


def test_rows_in_the_order_of_columns_need_names_only_if_inputs_differ(client: Client) -> None:
    name = fresh_id("plain")
    client.upload_table(name, {"x": [1.0, 2.0], "c": ["a", "b"], "y": [0, 1]}, targets="y")
    network = trained(client, name, [3, 1], "sigmoid")
    with pytest.raises(ValueError, match=r"takes named columns \(x, c\)"):
        network.predict([[1.0, 0.0]])
    assert len(network.predict([[1.0, 0.0, 1.0]]).outputs) == 1
    client.upload_table(f"{name}-2", {"x": [1.0, 2.0], "y": [0, 1]}, targets="y")
    numbers = trained(client, f"{name}-2", [1, 1], "sigmoid")
    with pytest.raises(ClearpropError, match="must have 1 number"):
        numbers.predict([[1.0, 0.0]])


def test_a_set_like_another_has_its_columns_and_can_replace_one(client: Client) -> None:
    name = fresh_id("like")
    client.upload_table(name, FRAME, targets="kind", one_hot=True, missing=0)
    test = FRAME.iloc[1:3, ::-1]
    other = client.upload_table(f"{name}-2", test, like=name)
    assert other.table is not None
    assert other.table.message == client.training_set(name).message.table
    with pytest.raises(ClearpropError, match="exists"):
        client.upload_table(f"{name}-2", test, like=name)
    replaced = client.upload_table(f"{name}-2", test[:1], like=name, replace=True)
    assert client.training_set(f"{name}-2").example_count == replaced.example_count == 1
    with pytest.raises(ValueError, match=r"1 column is missing: weight\. There are colour, kind"):
        client.upload_table("no", FRAME[["colour", "kind"]], like=name)
    with pytest.raises(ValueError, match="xor has no table with named columns"):
        client.upload_table("no", FRAME, like="xor")
    assert "no" not in {each.id for each in client.training_sets()}


def test_a_column_of_too_many_categories_is_named_before_anything_is_sent(client: Client) -> None:
    days = [f"day {row % 6000}" for row in range(12_000)]
    limit = client.server_info().limits.training_set_bytes
    pattern = rf"Column day has 6,000 categories, so the 12,000 .* than the {limit:,} that"
    with pytest.raises(ValueError, match=pattern):
        client.upload_table("no", {"day": days, "y": [0.0] * 12_000}, targets="y")
    assert "no" not in {each.id for each in client.training_sets()}


def test_a_number_that_is_missing_only_in_a_test_set_is_filled(client: Client) -> None:
    name = fresh_id("filled")
    columns = {"x": [-2.0, -1.0, 1.0, 2.0], "y": [0, 0, 1, 1]}
    client.upload_table(name, columns, targets="y", missing=2.0)
    network = trained(client, name, [1, 1], "sigmoid")
    client.upload_table(f"{name}-2", {"x": [None, -2.0], "y": [1, 0]}, like=name)
    assert network.evaluate(f"{name}-2").accuracy == 1.0
    predicted = network.predict({"x": [None, -2.0]})
    assert (predicted.labels, predicted.classes) == ([["y"], []], [])


def test_the_inputs_of_a_set_are_an_image_in_each_way_to_create_one(client: Client) -> None:
    pixels, answers = np.arange(24.0).reshape(2, 12), [0.0, 1.0]
    columns = {f"pixel {place}": pixels[:, place] for place in range(12)} | {"answer": answers}
    shapes: list[tuple[int, ...]] = [(3, 4), (2, 2, 3)]
    for shape in shapes:
        created = client.create_training_set("", pixels, answers, image_shape=shape)
        uploaded = client.upload_training_set("", pixels, answers, image_shape=shape)
        named = client.upload_table(fresh_id("image"), columns, targets="answer", image_shape=shape)
        like = client.upload_table(fresh_id("like"), columns, like=named.id)
        for made in (created, uploaded, named, like):
            assert client.training_set(made.id).image_shape == shape
        assert named.table is not None
        assert named.table.shape == shape
        assert shape in {each.image_shape for each in client.training_sets()}
    assert client.training_set("xor").image_shape is None
    created = client.create_training_set("", pixels, answers)
    some = created.examples([1, 0, 1])
    assert np.array_equal(some.inputs, pixels[[1, 0, 1]])
    assert list(some.targets[:, 0]) == [1.0, 0.0, 1.0]
    assert len(created.examples([]).inputs) == 0
    with pytest.raises(ClearpropError, match=r"example_indices\[1\]: must be 0 to 1, .* not 2"):
        created.examples([1, 2])
    wrong_shapes: list[Any] = [(12,), (3, 4, 1, 1), (3, -4), (3.0, 4.0)]
    for wrong in wrong_shapes:
        with pytest.raises(ValueError, match=r"height and width of the image, such as \(8, 8\)"):
            client.create_training_set("", pixels, answers, image_shape=wrong)
    with pytest.raises(ClearpropError, match=r"image_shape\.channels: must be 1 .* or 3 .* not 2"):
        client.create_training_set("", pixels, answers, image_shape=(2, 3, 2))
    missing = {name: [None, *list(values)[1:]] for name, values in columns.items()}
    with pytest.raises(ClearpropError, match="without missing values, unlike 'pixel 0', 'pixel 1'"):
        client.upload_table(
            "", missing | {"answer": answers}, targets="answer", missing=0, image_shape=(3, 4)
        )


def test_labels_and_numbers_are_answered_as_they_are(client: Client) -> None:
    name = fresh_id("labels")
    x = [-2.0, -1.0, 1.0, 2.0]
    client.upload_table(
        name, {"x": x, "high": [0, 0, 1, 1], "low": [1, 1, 0, 0]}, targets=["high", "low"]
    )
    labels = trained(client, name, [1, 2], "sigmoid").predict({"x": [-2, 2]})
    assert labels.labels == [["low"], ["high"]]
    name = fresh_id("numbers")
    columns = {"x": x, "y": [100 + 10 * each for each in x]}
    client.upload_table(name, columns, targets="y", scaling="min-max")
    numbers = trained(client, name, [1, 1], "identity").predict({"x": [0.0]})
    ((answer,),) = numbers.values  # noqa: PD011 - not of pandas
    assert answer == pytest.approx(100.0, abs=0.5)
    assert numbers.output_names == ["y"]


def test_a_frame_without_names_on_the_server_is_rows_of_numbers(client: Client) -> None:
    network = client.create_network(fresh_id("plain"), layer_sizes=[2, 1])
    frame = pd.DataFrame({"a": [0.0, 1.0], "b": [1.0, 0.0]})
    assert np.array_equal(network.predict(frame).outputs, network.predict(frame.to_numpy()).outputs)


async def test_the_client_for_asyncio_has_the_same_methods(server: ServerProcess) -> None:
    name = fresh_id("async")
    async with clearprop.aio.connect(server.target) as client:
        await client.upload_table(name, FRAME, targets="kind", one_hot=True, missing="median")
        network = await client.create_network(name, layer_sizes=[4, 2], activations=["softmax"])
        await (await network.train(name, learning_rate=0.1, batch_size=6, epochs=1)).wait()
        assert len((await network.predict(FRAME)).classes) == 6
