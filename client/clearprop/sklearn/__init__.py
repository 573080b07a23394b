"""Estimators for scikit-learn that are trained on a server.

    from clearprop.sklearn import ClearpropClassifier

    classifier = ClearpropClassifier("127.0.0.1:50051", hidden_layers=(16,), random_state=1)
    classifier.fit(X, y)
    print(classifier.score(X, y), classifier.network_)

They need the extra `clearprop[sklearn]`.
"""

from clearprop.sklearn.classifier import ClearpropClassifier
from clearprop.sklearn.regressor import ClearpropRegressor

__all__ = ["ClearpropClassifier", "ClearpropRegressor"]
