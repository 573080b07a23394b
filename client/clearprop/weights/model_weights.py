"""The weights of a model of another library."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from clearprop.v1.network_pb2 import Activation
from clearprop.v1.table_pb2 import Preparation
from clearprop.values import MatrixLike, VectorLike, enum_value


@dataclass(frozen=True)
class ModelWeights:
    """The layers of a model, for `import_weights`.

    - `weights`: a matrix [units, inputs] for each layer after the inputs.
    - `biases`: a vector [units] for each of them; empty if the model has none.
    - `activations`: one for each of them; empty if they are not known.
    - `cost_function`: what the model was trained with; empty if it is not known.
    - `preparation`: how it prepares named columns; None if it takes numbers.
    """

    weights: Sequence[MatrixLike]
    biases: Sequence[VectorLike] = ()
    activations: Sequence[str] = ()
    cost_function: str = ""
    preparation: Preparation | None = None

    @property
    def layer_sizes(self) -> list[int]:
        """The sizes of the layers, inputs first."""
        return [len(self.weights[0][0]), *map(len, self.weights)]

    def with_activations(self, activations: str | Sequence[str]) -> Self:
        """Return the weights with these activations: one for each layer, or one for all.

        Raises ValueError for a wrong number of them, and if others are known.
        """
        words = [activations] if isinstance(activations, str) else list(activations)
        count = len(self.weights)
        words = words * count if len(words) == 1 else words
        if len(words) != count:
            raise ValueError(
                f"There are {len(words)} activations for {count} layers after the inputs. Give one"
                " for each, or one for all."
            )
        for word in words:
            enum_value(Activation, word)
        if self.activations and list(self.activations) != words:
            raise ValueError(
                f"The weights are those of a model with the activations"
                f" {','.join(self.activations)}, not {','.join(words)}."
            )
        return replace(self, activations=words)
