"""Records what scikit-learn measures on random cases: `python -m bench.record_scikit_learn`.

Writes tests/data/scikit_learn.npz. Needs scikit-learn, so it runs in the environment of the peers.
"""

import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics

from bench.measure_cases import MeasureCase, measure_cases

PATH = Path(__file__).parents[1] / "tests" / "data" / "scikit_learn.npz"


def _measured(case: MeasureCase) -> list[float]:
    """Return all measures of a case in the order of the test; NaN for undefined ones."""
    return [*_classification(case), *_regression(case)]


def _classification(case: MeasureCase) -> list[float]:
    scores, own = case.scores, case.classes
    count, predicted = scores.shape[1], scores.argmax(axis=1)
    labels = np.arange(count)
    rates = {"labels": labels, "zero_division": np.nan}
    found = [float(each) for each in metrics.confusion_matrix(own, predicted, labels=labels).flat]
    each_class = metrics.precision_recall_fscore_support(own, predicted, **rates)
    found += [float(value) for values in each_class[:3] for value in values]
    for average in ("macro", "weighted"):
        averages = metrics.precision_recall_fscore_support(own, predicted, average=average, **rates)
        found += [float(value) for value in averages[:3]]
    for label in labels:
        is_defined = 0 < np.count_nonzero(own == label) < len(own)
        area = metrics.roc_auc_score(own == label, scores[:, label]) if is_defined else np.nan
        found.append(float(area))
    if case.are_probabilities:
        found.append(float(metrics.log_loss(own, scores, labels=labels)))
    if count > 2:
        # Of equal scores, scikit-learn puts the last class first: so both are reversed.
        found += [
            float(
                metrics.top_k_accuracy_score(
                    count - 1 - own, scores[:, ::-1], k=k, labels=labels, normalize=False
                )
            )
            for k in range(1, count)
        ]
    return found


def _regression(case: MeasureCase) -> list[float]:
    found = []
    for outputs, targets in zip(case.outputs.T, case.targets.T, strict=True):
        is_defined = len(set(targets)) > 1
        r2 = metrics.r2_score(targets, outputs) if is_defined else np.nan
        found += [
            float(metrics.mean_absolute_error(targets, outputs)),
            float(metrics.root_mean_squared_error(targets, outputs)),
            float(r2),
        ]
    return found


def main() -> None:
    """Record all cases."""
    warnings.simplefilter("ignore")  # scikit-learn warns of undefined measures
    found = [_measured(case) for case in measure_cases()]
    np.savez_compressed(
        PATH,
        version=np.array(sklearn.__version__),
        lengths=np.array([len(each) for each in found]),
        measures=np.concatenate([np.array(each) for each in found]),
    )


if __name__ == "__main__":
    main()
