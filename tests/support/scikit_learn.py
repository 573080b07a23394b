"""What tests use of scikit-learn, for `Later`."""

from clearprop.sklearn import ClearpropClassifier, ClearpropRegressor
from clearprop.sklearn.leftovers import delete_discarded
from sklearn import datasets
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.utils.estimator_checks import check_estimator

__all__ = [
    "PCA",
    "ClearpropClassifier",
    "ClearpropRegressor",
    "GridSearchCV",
    "MLPClassifier",
    "MLPRegressor",
    "MinMaxScaler",
    "NotFittedError",
    "StandardScaler",
    "check_estimator",
    "datasets",
    "delete_discarded",
    "make_pipeline",
]
