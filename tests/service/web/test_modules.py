"""The page's modules by themselves: pure functions, called in Node.js."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from clearprop.v1 import run_pb2, training_set_pb2
from clearprop.v1.update_pb2 import UpdateKind
from google.protobuf.descriptor import Descriptor
from google.protobuf.json_format import MessageToDict
from named_networks import NETWORKS, named_parts
from page_modules import ASSETS, lay_out, run_module
from servers import ServerProcess

from service.faces.messages.networks import network as sent
from service.use_cases.networks import NetworkView
from training.network import Network
from training.update import Head
from training.walking.phases import phases_of
from training.walking.roles import ROLES

#: The enums of settings that the form offers.
ENUMS = [
    run_pb2.BatchMode.DESCRIPTOR,
    training_set_pb2.GeneratorKind.DESCRIPTOR,
    run_pb2.ScheduleKind.DESCRIPTOR,
    run_pb2.ScheduleUnit.DESCRIPTOR,
    run_pb2.ValidationUnit.DESCRIPTOR,
]

#: Colours, sizes of type, spaces, corners and heights of lines that are not tokens of theme.css.
#: Hairlines of 1 px are no spaces.
_LENGTH = r"(?<![\w.])(?!1px)\d*\.?\d+(?:px|r?em)"
OWN = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(|line-height: *(?!1;)[1-9]"
    rf"|\b(?:font|font-size|padding|margin|gap|border-radius)[a-z-]*: [^;]*{_LENGTH}"
)

#: Fonts of canvases with a size of their own.
OWN_FONT = re.compile(r"font\w*\s*[:=]\s*[`\"'][^`\"']*\d\s*px")

#: Sides that are wrong in languages that are written from right to left.
SIDES = re.compile(r"\b(?:margin|padding)-(?:left|right)\b|text-align: (?:left|right)\b")

#: The names in a module that others can import, and those that it imports from another.
EXPORTED = re.compile(r"^export (?:async )?(?:function|class|const) (\w+)", re.MULTILINE)
IMPORTED = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";', re.MULTILINE)

HERE = Path(__file__).parent / "modules"
MODULES = sorted(
    path for path in ASSETS.rglob("*.js") if "vendor" not in path.relative_to(ASSETS).parts
)

#: Networks and optimizers whose walks go through every line of the loops.
WALKED: dict[str, dict[str, Any]] = {
    "adam": {"optimizer": {"kind": "OPTIMIZER_KIND_ADAM", "weightDecay": 0.1}},
    "momentum": {"optimizer": {"kind": "OPTIMIZER_KIND_MOMENTUM"}},
    "limited": {
        "optimizer": {"kind": "OPTIMIZER_KIND_ADAMW", "weightDecay": 0.1, "decayWeightsOnly": True},
        "settings": {
            "penalty": {"l1": 0.01, "l2": 0.02},
            "clipping": {"value": 0.02, "norm": 0.03},
            "schedule": {"kind": "SCHEDULE_KIND_CONSTANT", "warmup": 3},
        },
    },
    "dropout": {"settings": {"dropout": {"rates": [0.5], "seed": 3}}},
    "frozen": {
        "optimizer": {
            "kind": "OPTIMIZER_KIND_NESTEROV",
            "weightDecay": 0.1,
            "decayWeightsOnly": True,
        },
        "settings": {"frozen": {"layers": [2]}, "clipping": {"norm": 10}},
    },
    "weighted": {"settings": {"classWeights": [0.5, 3]}},
    "softmax": {"activations": ["ACTIVATION_TANH", "ACTIVATION_SOFTMAX"]},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, laid out for Node.js."""
    folder = tmp_path_factory.mktemp("modules")
    lay_out(folder)
    return folder


def opened(
    site: ServerProcess, name: str, optimizer: Any = None, settings: Any = None, **network: Any
) -> Any:
    """Train a network by one update, and return all that the page asks for of it."""
    networks = f"{site.http}/v1/networks"
    made = {"network": name, "layerSizes": [2, 3, 2], "bias": True, "initializer": {"seed": 7}}
    needed = {"trainingSet": "pairs", "learningRate": 0.5, "batchSize": 2, "epochs": 10}
    settings = needed | (settings or {})
    if optimizer:
        settings["optimizer"] = optimizer
    post(networks, **made, **network)
    post(f"{networks}/{name}:step", settings=settings)
    found = {
        what: requests.get(f"{networks}/{name}/updates/1:{what}", timeout=60).json()[what]
        for what in ("trace", "walk")
    }
    return found | requests.get(f"{networks}/{name}", timeout=60).json()


def post(url: str, **body: Any) -> None:
    answer = requests.post(url, json=body, timeout=60)
    assert answer.ok, answer.text


def test_what_is_shown_of_a_moment_depends_on_roles(folder: Path, site: ServerProcess) -> None:
    examples = [{"inputs": [1, n / 7], "targets": [1 - n, n]} for n in range(2)]
    post(f"{site.http}/v1/trainingSets", trainingSet="pairs", examples=examples)
    updates = [opened(site, name, **made) for name, made in WALKED.items()]
    run_module(folder, HERE / "moments.test.mjs", updates=updates)


def test_an_address_counts_from_1_and_older_ones_still_open(folder: Path) -> None:
    run_module(folder, HERE / "addresses.test.mjs")


def test_a_stream_of_a_history_that_was_lost_ends(folder: Path) -> None:
    run_module(folder, HERE / "streams.test.mjs")


def test_what_parts_of_the_page_know_follows_from_events(folder: Path) -> None:
    run_module(folder, HERE / "states.test.mjs")


def test_films_show_updates_in_order_and_in_time(folder: Path) -> None:
    run_module(folder, HERE / "films.test.mjs")


def test_numbers_are_read_and_drawn_to_the_ends_of_float64(folder: Path) -> None:
    run_module(folder, HERE / "numbers.test.mjs")


def test_each_weight_has_its_place_in_a_map(folder: Path) -> None:
    run_module(folder, HERE / "images.test.mjs")


def test_classes_are_named_as_people_name_them(folder: Path) -> None:
    run_module(folder, HERE / "examples.test.mjs")


def test_nothing_moves_for_those_who_prefer_it_still() -> None:
    moving = re.compile(r"\b(?:transition|animation|scroll-behavior)\b")
    unless = "@media (prefers-reduced-motion: no-preference) {"
    for path in ASSETS.rglob("*.css"):
        always, _, _ = path.read_text().partition(unless)
        assert moving.search(always) is None, path.name


def test_the_styles_have_one_palette_and_one_scale_of_type_and_space() -> None:
    sheets = [path for path in ASSETS.rglob("*.css") if path.name not in {"theme.css", "uplot.css"}]
    found = {path.name: OWN.findall(path.read_text()) for path in sheets}
    assert {name: own for name, own in found.items() if own} == {}
    sides = {path.name: SIDES.findall(path.read_text()) for path in sheets}
    assert {name: found for name, found in sides.items() if found} == {}
    fonts = {path.name: OWN_FONT.findall(path.read_text()) for path in MODULES}
    assert {name: own for name, own in fonts.items() if own} == {}


def test_what_the_page_says_about_functions_is_complete(folder: Path, site: ServerProcess) -> None:
    phases = [
        {"kind": f"WALK_PHASE_KIND_{phase.kind.name}"}
        | ({} if phase.layer is None else {"layer": phase.layer})
        for phase in phases_of(layer_count=2, example_count=1, dropout=True, weights=True)
    ]
    info = requests.get(f"{site.http}/v1/serverInfo", timeout=60).json()
    enums = {each.name: [*each.values_by_name][1:] for each in ENUMS}
    run_module(
        folder,
        HERE / "tables.test.mjs",
        info=info,
        phases=phases,
        names=list(map(names_of, NETWORKS)),
        enums=enums,
        updateKinds=UpdateKind.keys()[1:],
        fields=list(fields_of("settings", run_pb2.TrainingSettings.DESCRIPTOR)),
    )


def fields_of(path: str, message: Descriptor) -> Iterator[str]:
    """Name all fields of the settings of a run, as errors do."""
    for field in message.fields:
        name = f"{path}.{field.name}"
        if field.message_type is None:
            yield name
        else:
            yield from fields_of(name, field.message_type)


def names_of(network: Network) -> dict[str, Any]:
    """What the service calls the units and parameters of a network."""
    parts = named_parts(network)
    message = sent(NetworkView(network, Head(network.uid)))
    return {
        "network": MessageToDict(message),
        "units": [
            {"layer": layer, "unit": unit, "name": name}
            for (layer, unit), name in parts.units.items()
        ],
        "parameters": [
            {"layer": layer, "unit": unit, "name": name}
            | ({} if source is None else {"input": source})
            for (layer, unit, source), name in parts.parameters.items()
        ],
    }


def test_no_module_knows_a_variable_of_the_loops() -> None:
    names = {name for roles in ROLES.values() for name in roles}
    known = "|".join(sorted(re.escape(name) for name in names if re.search(r"[_.]", name)))
    elements = "|".join(sorted(re.escape(name) for name in names))
    told = re.compile(rf"\b(?:{known})\b|[\"'`/^|](?:{elements})\\?\[")
    found = {
        f"{path.relative_to(ASSETS)}: {line.strip()}"
        for path in MODULES
        for line in path.read_text().splitlines()
        if told.search(line)
    }
    assert found == set()


def test_modules_import_what_others_export() -> None:
    texts = {path: path.read_text() for path in MODULES}
    exported = {path: set(EXPORTED.findall(text)) for path, text in texts.items()}
    missing = [
        f"{path.relative_to(ASSETS)}: {name}"
        for path, text in texts.items()
        for names, source in IMPORTED.findall(text)
        for name in (each.split()[0] for each in names.split(",") if each.strip())
        if name not in exported[(path.parent / source).resolve()]
    ]
    assert missing == []


def test_no_module_and_no_function_is_long() -> None:
    texts = {path.name: path.read_text() for path in MODULES}
    functions = {
        f"{name}: {function.partition('{')[0]}": function.count("\n") + 1
        for name, text in texts.items()
        for function in re.findall(
            r"^(?:export |async )*function .*?^}$", text, re.DOTALL | re.MULTILINE
        )
    }
    assert [name for name, text in texts.items() if text.count("\n") > 400] == []
    assert [name for name, lines in functions.items() if lines > 60] == []
