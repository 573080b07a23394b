"""The estimators for scikit-learn: its own checks, its tools, and what remains on the server."""

import gc
import pickle
import warnings
from typing import Any

import clearprop
import numpy as np
import pytest
from later import Later
from servers import ServerProcess

sk = Later("scikit_learn")

#: The checks of scikit-learn that fail, with the reason.
EXPECTED_FAILURES = {
    "check_sample_weight_equivalence_on_dense_data": (
        "A batch has a fixed number of examples, and its cost is divided by this number. So an"
        " example with the weight 0 is not the same as none, and one with the weight 2 is not the"
        " same as two examples, which are in other batches."
    ),
}

#: Small networks that learn the examples of the checks.
SMALL: dict[str, Any] = {
    "hidden_layers": (16,),
    "learning_rate": 0.05,
    "epochs": 40,
    "batch_size": 32,
}


@pytest.mark.parametrize("kind", ["ClearpropClassifier", "ClearpropRegressor"])
def test_the_checks_of_scikit_learn_pass_but_those_with_a_reason(
    server: ServerProcess, kind: str
) -> None:
    estimator = getattr(sk, kind)(server.target, keep=True, **SMALL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the checks themselves
        results = sk.check_estimator(estimator, on_fail=None, on_skip=None)
    failures = {each["check_name"]: each["exception"] for each in results if each["exception"]}
    skipped = {each["check_name"] for each in results if each["status"] == "skipped"}
    assert failures.keys() - skipped == EXPECTED_FAILURES.keys(), failures
    assert sum(each["status"] == "passed" for each in results) > 50


def test_a_grid_search_leaves_one_network_and_a_pickled_one_is_kept(
    server: ServerProcess,
) -> None:
    with clearprop.connect(server.target) as client:

        def ids() -> set[str]:
            gc.collect()
            sk.delete_discarded()
            return {network.id for network in client.networks()} | {
                each.id for each in client.training_sets()
            }

        before = ids()
        inputs, classes = sk.datasets.load_iris(return_X_y=True)
        search = sk.GridSearchCV(
            sk.make_pipeline(
                sk.StandardScaler(),
                sk.ClearpropClassifier(
                    server.target, batch_size=16, epochs=5, random_state=0, labels={"a": "b"}
                ),
            ),
            {"clearpropclassifier__train_options": [{"l2": 0.01}, {}]},
            cv=2,
        ).fit(inputs, classes)
        best = search.best_estimator_[-1]
        assert {each for each in ids() - before if each.startswith("network")} == {best.network_}
        assert len(ids() - before) == 2  # and its training set
        network = client.network(best.network_)
        assert network.labels == {"estimator": "ClearpropClassifier", "a": "b"}
        assert best.update_ == network.latest_update
        stored, probabilities = pickle.dumps(search), search.predict_proba(inputs)
        del search, best
        assert len(ids() - before) == 2
        loaded = pickle.loads(stored)  # noqa: S301 - our own
        assert np.array_equal(loaded.predict_proba(inputs), probabilities)
        other = sk.ClearpropClassifier(server.target, **SMALL).fit(inputs, classes)
        assert len(ids() - before) == 4
        other.fit(inputs, classes == 1)
        assert len(ids() - before) == 4
        del other
        assert len(ids() - before) == 2


def test_partial_fits_continue_one_network(server: ServerProcess) -> None:
    inputs, classes = sk.datasets.load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[classes]
    classifier = sk.ClearpropClassifier(
        server.target, hidden_layers=8, learning_rate=0.05, random_state=0
    )
    with pytest.raises(ValueError, match="needs all classes"):
        classifier.partial_fit(inputs, names)
    for half in (slice(0, None, 2), slice(1, None, 2)) * 20:
        classifier.partial_fit(inputs[half], names[half], classes=np.unique(names))
    assert classifier.score(inputs, names) > 0.8
    assert classifier.predict(inputs[:1]).tolist() == ["setosa"]
    with clearprop.connect(server.target) as client:
        assert len(list(client.network(classifier.network_).runs())) == 40
    with pytest.raises(ValueError, match="not among `classes`"):
        classifier.partial_fit(inputs[:2], ["setosa", "rosa"])
    regressor = sk.ClearpropRegressor(server.target, **SMALL)
    for _ in range(30):
        regressor.partial_fit(inputs[:, :3], inputs[:, 2:])
    assert regressor.predict(inputs[:5, :3]).shape == (5, 2)
    assert regressor.score(inputs[:, :3], inputs[:, 2:]) > 0.5


def test_errors_say_what_to_do(server: ServerProcess) -> None:
    inputs, classes = sk.datasets.load_iris(return_X_y=True)
    with pytest.raises(sk.NotFittedError):
        sk.ClearpropRegressor(server.target).predict(inputs)
    with pytest.raises(ValueError, match="Unknown activation 'rely'"):
        sk.ClearpropClassifier(server.target, activation="rely").fit(inputs, classes)
    with pytest.raises(ValueError, match=r"has failed: .* try a smaller learning rate"):
        sk.ClearpropRegressor(server.target, learning_rate=1e300, optimizer="gradient-descent").fit(
            inputs, classes
        )
    with pytest.raises(TypeError, match="learning_rat"):
        sk.ClearpropClassifier(server.target, train_options={"learning_rat": 1}).fit(
            inputs, classes
        )
    with pytest.raises(ValueError, match="epochs is a parameter of ClearpropClassifier: set it"):
        sk.ClearpropClassifier(server.target, train_options={"epochs": 2}).fit(inputs, classes)
