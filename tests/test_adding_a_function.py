"""To add an activation, cost function, optimizer or initializer: the places that must know it.

An entry of a table in `training/numerics` is most of it; this list names what else is forgotten.
"""

import inspect
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import onnx.defs
import pytest
from clearprop.cli import options as commands
from clearprop.cli.parsers import ACTIVATIONS
from clearprop.cli.run_options import _OPTIMIZERS
from clearprop.cli.training import train
from clearprop.options import NetworkOptions, OptimizerOptions
from clearprop.v1 import network_pb2, run_pb2
from numerics import Floats, Problem, rates_for

from service.faces.messages.runs import _OPTIMIZER_NUMBERS
from service.faces.messages.server import server_info
from training.explanation.derivatives import ERRORS, SLOPES
from training.explanation.optimizer_lines import STEPS
from training.explanation.words import SENTENCES
from training.limits import Limits
from training.numerics import run_loops
from training.numerics.activations import Activation, softmax
from training.numerics.costs import CostFunction, natural_cost_function
from training.numerics.definition import Defined
from training.numerics.encoded_network import ACTIVATION_CODES, COST_CODES, OPTIMIZER_CODES
from training.numerics.initializers import INITIALIZERS, InitializerKind
from training.numerics.layout import Structure
from training.numerics.optimizers import OptimizerKind, Rates
from training.numerics.random import RandomStream
from training.optimizer import Optimizer

ROOT = Path(__file__).parents[1]
DOCS = (ROOT / "docs" / "training.md").read_text()
PAGE = "\n".join(
    path.read_text()
    for path in sorted((ROOT / "service" / "web" / "assets").rglob("*.js"))
    if "vendor" not in path.parts
)
CLIENT = ROOT / "client" / "clearprop"

ASKED_FOR = [InitializerKind(name) for name in INITIALIZERS]
ENTRIES = [*Activation, *CostFunction, *OptimizerKind, *ASKED_FOR]
NAMES = {"tanh": "tanh", "ln": "log"}
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=str)
each_activation = pytest.mark.parametrize("activation", Activation)
each_cost = pytest.mark.parametrize("cost", CostFunction)
each_optimizer = pytest.mark.parametrize("optimizer", OptimizerKind)


def contract(entry: Defined) -> tuple[str, int]:
    """Return the value of the contract's enum for an entry, by its name and number."""
    enums = {
        Activation: network_pb2.Activation,
        CostFunction: network_pb2.CostFunction,
        OptimizerKind: run_pb2.OptimizerKind,
        InitializerKind: network_pb2.InitializerKind,
    }
    enum: Any = enums[type(entry)]
    prefix = enum.keys()[0].removesuffix("UNSPECIFIED")
    return prefix + entry.name, enum.Value(prefix + entry.name)


def spaced(text: str | None) -> str:
    """Return a text with single spaces, wherever its lines end."""
    return " ".join((text or "").split())


# The contract, and what derives its names from it.


@pytest.mark.parametrize("entry", [*ENTRIES, InitializerKind.EXPLICIT], ids=str)
def test_the_contract_has_it_under_the_same_name(entry: Defined) -> None:
    name, _ = contract(entry)
    assert name.endswith(entry.value.upper().replace("-", "_"))


def test_the_contract_has_no_others() -> None:
    for table, enum in (
        (Activation, network_pb2.Activation),
        (CostFunction, network_pb2.CostFunction),
        (OptimizerKind, run_pb2.OptimizerKind),
        (InitializerKind, network_pb2.InitializerKind),
    ):
        entries: Iterable[Defined] = table
        assert set(enum.values()) == {0, *(contract(entry)[1] for entry in entries)}


@each_entry
def test_server_info_describes_it(entry: Defined) -> None:
    info = server_info("1", "memory", Limits())
    found: list[Any] = [
        *info.activations,
        *info.cost_functions,
        *info.optimizers,
        *info.initializers,
    ]
    (described,) = [each for each in found if each.name == entry]
    assert described.formula == entry.definition.formula


@each_optimizer
def test_its_numbers_have_their_place_and_default_wherever_they_can_be_given(
    optimizer: OptimizerKind,
) -> None:
    for name, default in optimizer.definition.defaults.items():
        assert run_pb2.Optimizer.DESCRIPTOR.fields_by_name[name].has_presence
        assert name in _OPTIMIZER_NUMBERS
        assert name in Rates._fields
        assert getattr(Optimizer(optimizer).completed(), name) == default
        written = f"{default:g}".replace("e-0", "e-")
        usual = f"{usual_default(name):g}".replace("e-0", "e-")
        option: Any = get_args(inspect.signature(train).parameters[name].annotation)[1]
        assert option.show_default.split("; ")[0] == usual
        assert optimizer in option.help
        in_method = spaced((CLIENT / "_async" / "networks.py").read_text())
        for text in (spaced(OptimizerOptions.__doc__), in_method):
            (shown,) = re.findall(rf"`{name}` \(([^)]*)\)", text)
            assert shown.split("; ")[0] == usual
            assert written == usual or f"`{optimizer}` {written}" in shown
        proto = spaced((ROOT / "proto" / "clearprop" / "v1" / "run.proto").read_text())
        others = rf"(;[^.]* with {optimizer.name} {written})" + ("?" if written == usual else "")
        pattern = rf"Default: {usual}{others}[^:]*\. optional double {name} "
        assert re.search(pattern, proto.replace("// ", ""))
        assert written == usual or f"{optimizer}: {written}" in option.show_default


def usual_default(name: str) -> float:
    """Return the default of a setting for the first optimizer that has it."""
    defaults = [optimizer.definition.defaults for optimizer in OptimizerKind]
    return next(each[name] for each in defaults if name in each)


@each_entry
def test_the_docstrings_of_the_client_list_it(entry: Defined) -> None:
    options = OptimizerOptions if isinstance(entry, OptimizerKind) else NetworkOptions
    assert f"`{entry}`" in spaced(options.__doc__)
    module = "networks.py" if isinstance(entry, OptimizerKind) else "client.py"
    for path in (CLIENT / "_async" / module, CLIENT / "_sync" / module):
        assert f"`{entry}`" in spaced(path.read_text()), path


@each_entry
def test_the_command_line_takes_it(entry: Defined) -> None:
    words = [ACTIVATIONS, commands._COSTS, _OPTIMIZERS, commands._INITIALIZERS]
    assert sum(entry in each for each in words) == 1


# The arithmetic.


@each_activation
def test_kernels_train_with_an_activation_as_the_loops_do(activation: Activation) -> None:
    assert activation in ACTIVATION_CODES
    cost = natural_cost_function(activation)
    outputs = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
    check_kernels(Structure((2, 2), (activation,), cost), "gradient-descent", outputs)


@each_cost
def test_kernels_train_with_a_cost_as_the_loops_do(cost: CostFunction) -> None:
    assert cost in COST_CODES
    activation = cost.definition.activation or Activation.IDENTITY
    outputs = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
    check_kernels(Structure((2, 2), (activation,), cost), "gradient-descent", outputs)


@each_optimizer
def test_kernels_train_with_an_optimizer_as_the_loops_do(optimizer: OptimizerKind) -> None:
    assert optimizer in OPTIMIZER_CODES
    structure = Structure((2, 2, 1), ("tanh", "sigmoid"), "cross-entropy")
    check_kernels(structure, optimizer, np.array([[0.0], [1.0], [1.0]]))


def check_kernels(structure: Structure, optimizer: str, targets: Floats) -> None:
    problem = Problem(
        structure,
        RandomStream(1).uniform(-0.5, 0.5, structure.parameters),
        RandomStream(2).uniform(-1.0, 1.0, 6).reshape(3, 2),
        targets,
        run_loops.Training(rates_for(optimizer), 2, 4, optimizer),
    )
    progress = problem.begin()
    made = problem.advance(progress, problem.total_updates)
    updates = problem.by_loops()
    assert made.costs.tolist() == [update.cost for update in updates]
    assert progress.parameters.tolist() == updates[-1].parameters


# The formula for people: evaluated, it is the function.


@each_activation
@pytest.mark.parametrize("z", [-1.5, 0.25, 2.0])
def test_the_formula_of_an_activation_gives_what_its_function_gives(
    activation: Activation, z: float
) -> None:
    of_unit = activation.definition.of_unit
    others = [z, 0.5, -1.0]
    value = of_unit.function(z) if of_unit else softmax(others)[1][0]
    formula = activation.definition.formula.replace("Σₖ e^zₖ", "sum(map(exp, others))")
    assert evaluated(formula, z=z, zᵢ=z, others=others) == pytest.approx(value, rel=1e-12)


@each_cost
@pytest.mark.parametrize("y", [0.0, 0.25, 1.0])
def test_the_formula_of_a_cost_gives_what_its_function_gives(cost: CostFunction, y: float) -> None:
    a, outputs = 0.75, 3.0
    z = math.log(a) if cost.definition.activation is Activation.SOFTMAX else math.log(a / (1 - a))
    written = cost.definition.formula.replace("Σ ", "").replace("[", "(").replace("]", ")")
    value = cost.definition.function(z, a, y, outputs)
    formula, *where = re.split(r", (\w) = ", written)
    values = {"a": a, "y": y, "K": outputs}
    if where:
        values[where[0]] = evaluated(where[1], **values)
    assert evaluated(formula, **values) == pytest.approx(value, rel=1e-12)


@each_optimizer
def test_the_formula_of_an_optimizer_gives_what_its_function_gives(
    optimizer: OptimizerKind,
) -> None:
    rates = Rates(
        0.1,
        0.0,
        0.9,
        0.8,
        0.95,
        1e-3,
        correction1=1 - 0.8**3,
        correction2=math.sqrt(1 - 0.95**3),
        decoupled_decay=0.25,
    )
    values = {"w": 0.5, "g": -0.25, "v": 0.125, "s": 0.75, "η": 0.1, "μ": 0.9}
    values |= {"β₁": 0.8, "β₂": 0.95, "ε": 1e-3, "t": 3.0, "λ": 0.25}
    before = values["w"], values["g"], values["v"], values["s"]
    step, v, s = optimizer.definition.step(*before, rates)
    w = values["w"] - step
    assignments, *where = optimizer.definition.formula.split(", ")
    for definition in where:
        name, formula = definition.split(" = ")
        values[name] = evaluated(formula, **values)
    for assignment in assignments.split("; "):
        name, formula = assignment.split(" ← ")
        values[name] = evaluated(formula, **values)
    assert [values["w"], values["v"], values["s"]] == pytest.approx([w, v, s], rel=1e-12)


def evaluated(formula: str, **values: Any) -> float:
    """Return what a formula gives, as people write it, for these values of its letters."""
    text = formula
    for sign, operator in (("−", "-"), ("·", "*"), ("½", "0.5"), ("²", "**2"), ("ln(", "log(")):
        text = text.replace(sign, operator)
    text = re.sub(r"\be\^(-?\w+)", r"exp(\1)", text)
    text = re.sub(r"\b(tanh|ln) (\w+)", lambda found: f"{NAMES[found[1]]}({found[2]})", text)
    text = re.sub(r"√(\w+)", r"sqrt(\1)", text).replace("√(", "sqrt(").replace("^", "**")
    names = {"β₁": "beta1", "β₂": "beta2", "c₁": "c1", "c₂": "c2"}
    for letters, name in names.items():
        text = text.replace(letters, name)
    known = {names.get(name, name): value for name, value in values.items()}
    functions = {name: getattr(math, name) for name in ("exp", "log", "tanh", "sqrt", "erf")}
    return float(eval(text, functions | known))  # noqa: S307 - a formula of ours


# What is told of it.


def test_explanations_write_the_lines_of_each() -> None:
    assert set(SLOPES) == set(Activation)
    assert set(ERRORS) == set(CostFunction)
    assert set(STEPS) == set(OptimizerKind)
    assert set(SENTENCES) == set(OptimizerKind)


@each_activation
def test_an_activation_is_made_of_operators_that_onnx_has(activation: Activation) -> None:
    known = {"z"}
    for operator, taken, given in activation.definition.onnx:
        assert onnx.defs.has(operator)
        assert known.issuperset(each for each in taken if isinstance(each, str))
        known.add(given)
    assert "a" in known


@each_optimizer
def test_the_page_has_equations_and_a_sentence_for_an_optimizer(optimizer: OptimizerKind) -> None:
    # All else that the page shows of functions it asks the service for: see `modules/tables.test`.
    assert f"\n  {optimizer.name}: (" in PAGE
    if optimizer.definition.memories:
        assert f"\n  UPDATE_OPTIMIZER_KIND_{optimizer.name}:" in PAGE


@each_entry
def test_the_guide_has_a_row_with_its_formula(entry: Defined) -> None:
    (row,) = re.findall(rf"^\| `{entry}`.*", DOCS, re.MULTILINE)
    if entry is not InitializerKind.UNIFORM:  # whose bounds have a sentence of their own
        assert entry.definition.formula in row


@each_optimizer
def test_the_guide_has_the_defaults_of_an_optimizer(optimizer: OptimizerKind) -> None:
    (row,) = re.findall(rf"^\| `{optimizer}`.*", DOCS, re.MULTILINE)
    for name, default in optimizer.definition.defaults.items():
        written = f"{default:g}".replace("e-0", "e-")
        assert re.search(rf"`--{name}`[^,|]*{written}|`--{name}` μ, {written}", row)


@each_cost
def test_pytorch_was_recorded_with_it(cost: CostFunction) -> None:
    assert list((ROOT / "tests" / "data" / "pytorch").glob(f"*_{cost}.json"))
