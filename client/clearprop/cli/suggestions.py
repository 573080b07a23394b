"""Commands that train a network with the settings that the service suggests for a training set."""

from collections.abc import Iterator

from clearprop import TrainingSet
from clearprop.cli.console import say, say_plain
from clearprop.v1.network_pb2 import Activation, InitializerKind
from clearprop.v1.run_pb2 import OptimizerKind, TrainingSettings
from clearprop.v1.training_set_pb2 import Suggestion
from clearprop.values import enum_word


def show_suggestion(training_set: TrainingSet) -> None:
    """Print the commands, if the service suggests settings."""
    if not training_set.message.HasField("suggestion"):
        return
    suggestion = training_set.message.suggestion
    say("To train a network, start for example with:")
    say_plain(f"  {' '.join(_create(training_set.id, suggestion))}")
    say_plain(f"  {' '.join(_train(training_set.id, suggestion.settings))}")


def _create(name: str, suggestion: Suggestion) -> Iterator[str]:
    yield f"clearprop create {name}"
    yield f"--layers {'-'.join(map(str, suggestion.layer_sizes))}"
    words = (enum_word(Activation, each) for each in suggestion.activations)
    yield f"--activations {','.join(words)}"
    if suggestion.bias:
        yield "--bias"
    yield f"--initializer {enum_word(InitializerKind, suggestion.initializer.kind)}"


def _train(name: str, settings: TrainingSettings) -> Iterator[str]:
    yield f"clearprop train {name} --on {name}"
    yield f"--optimizer {enum_word(OptimizerKind, settings.optimizer.kind)}"
    yield f"--learning-rate {settings.learning_rate:g}"
    yield f"--batch-size {settings.batch_size}"
    yield f"--epochs {settings.epochs}"
    yield f"--shuffle-seed {settings.shuffle_seed}"
    if settings.HasField("validation"):
        yield f"--validation-share {settings.validation.share:g}"
    if settings.stop.patience:
        yield f"--patience {settings.stop.patience}"
    if settings.stop.restore_best:
        yield "--restore-best"
