"""The table of commands: `clearprop --help` shows it without loading a command."""

from typing import NamedTuple


class Entry(NamedTuple):
    """A command: its line in `clearprop --help`, and where its function or typer.Typer is.

    The target is `module:name` in this package; None is an entry point of clearprop-server.
    """

    help: str
    target: str | None


PANELS: dict[str, dict[str, Entry]] = {
    "Get started": {
        "demo": Entry("Start a server and train a network on XOR.", None),
        "serve": Entry("Start a server.", None),
        "work": Entry(
            "Start a worker, which trains the runs of servers that share a database.", None
        ),
        "info": Entry("Show the server's version, limits and functions.", "server_info:info"),
    },
    "Networks": {
        "create": Entry("Create a network.", "networks:create"),
        "fork": Entry("Create a network from any update of another network.", "networks:fork"),
        "networks": Entry("List the networks.", "network_lists:networks"),
        "state": Entry("Show a network's parameters at any update.", "networks:state"),
        "diff": Entry("Compare the parameters of two updates.", "comparisons:diff"),
        "trace": Entry("Show every intermediate value of one update.", "traces:trace"),
        "walk": Entry("Show the code of one update, line by line.", "walks:walk"),
        "explain": Entry("Explain why one weight changed.", "explanation:explain"),
        "predict": Entry("Compute a network's outputs.", "predictions:predict"),
        "evaluate": Entry(
            "Measure how well a network fits a training set.", "measurements:evaluate"
        ),
        "project": Entry(
            "Draw examples as points of the plane on which they differ most.",
            "projections:project",
        ),
        "check-gradients": Entry(
            "Compare a network's gradients with finite differences.",
            "measurements:check_gradients",
        ),
        "export": Entry("Write a network or its history to a file.", "exports:export"),
        "import-network": Entry(
            "Create a network from an exported file.", "exports:import_network"
        ),
        "import-weights": Entry(
            "Give a network the weights of a model of another library.",
            "weights:import_weights",
        ),
        "verify": Entry(
            "Recompute a network's history and compare every bit.", "verifications:verify"
        ),
        "set-weight": Entry("Set one weight or bias.", "edits:set_weight"),
        "reset": Entry("Reset all parameters to new initial values.", "edits:reset"),
        "delete": Entry(
            "Delete a network and its history, or all networks with a label.", "networks:delete"
        ),
        "delete-updates": Entry("Delete a network's oldest updates.", "networks:delete_updates"),
    },
    "Training": {
        "train": Entry("Train a network.", "training:train"),
        "sweep": Entry(
            "Train a network for each combination of settings, and compare them.", "sweeps:sweep"
        ),
        "step": Entry("Take single training steps and show what changed.", "steps:step"),
        "watch": Entry("Show a network's updates as they happen.", "watches:watch"),
        "history": Entry("Draw a network's cost curve.", "history:history"),
        "summarize": Entry(
            "Show what training does to each layer of a network.", "summaries:summarize"
        ),
        "runs": Entry("List a network's runs.", "runs:runs"),
        "pause": Entry("Pause a run.", "runs:pause"),
        "resume": Entry("Resume a paused run.", "runs:resume"),
        "cancel": Entry("Cancel a run; its updates are kept.", "runs:cancel"),
        "import": Entry("Create a training set from a file.", "imports:import_file"),
        "generate": Entry("Create a training set of points in the plane.", "generate:generate"),
        "training-sets": Entry("List, show and delete training sets.", "training_sets:app"),
    },
    "Operation": {
        "doctor": Entry(
            "Check the settings, ports, certificates, store, clock and kernels of a server.", None
        ),
        "audit": Entry("Show who changed what on a server.", "audit:audit"),
        "backup": Entry("Back up the store of a server.", None),
        "restore": Entry("Create the store of a server from a backup.", None),
        "copy": Entry(
            "Copy all data of a stopped server to another database, and verify the copy.", None
        ),
        "admin-token": Entry(
            "Create the token `admin` while no server runs, and print its secret.", None
        ),
        "tokens": Entry("Create, list and revoke tokens.", "tokens:app"),
        "config": Entry("Show the settings of a server.", None),
    },
}
