"""All commands, in the order in which the help lists them."""

import sys

import typer

from service.cli import (
    changing,
    demo,
    explaining,
    exporting,
    history,
    importing,
    info,
    measuring,
    networks,
    predicting,
    runs,
    serving,
    stepping,
    tracing,
    training,
    training_sets,
    verifying,
    walking,
    watching,
)

app = typer.Typer(
    name="clearprop",
    help="Train neural networks with nothing hidden: every weight update is a numbered, durable"
    " fact that can be watched live and looked up later.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

app.command(rich_help_panel="Begin here")(demo.demo)
app.command(rich_help_panel="Begin here")(serving.serve)
app.command(rich_help_panel="Begin here")(info.info)
app.command(rich_help_panel="Networks")(networks.create)
app.command(rich_help_panel="Networks")(networks.fork)
app.command(rich_help_panel="Networks")(networks.networks)
app.command(rich_help_panel="Networks")(networks.state)
app.command(rich_help_panel="Networks")(changing.diff)
app.command(rich_help_panel="Networks")(tracing.trace)
app.command(rich_help_panel="Networks")(walking.walk)
app.command(rich_help_panel="Networks")(explaining.explain)
app.command(rich_help_panel="Networks")(predicting.predict)
app.command(rich_help_panel="Networks")(measuring.evaluate)
app.command(rich_help_panel="Networks")(measuring.check_gradients)
app.command(rich_help_panel="Networks")(exporting.export)
app.command(rich_help_panel="Networks")(exporting.import_network)
app.command(rich_help_panel="Networks")(verifying.verify)
app.command(rich_help_panel="Networks")(changing.set_weight)
app.command(rich_help_panel="Networks")(changing.reset)
app.command(rich_help_panel="Networks")(networks.delete)
app.command(rich_help_panel="Networks")(networks.delete_updates)
app.command(rich_help_panel="Training")(training.train)
app.command(rich_help_panel="Training")(stepping.step)
app.command(rich_help_panel="Training")(watching.watch)
app.command(rich_help_panel="Training")(history.history)
app.command(rich_help_panel="Training")(runs.runs)
app.command(rich_help_panel="Training")(runs.pause)
app.command(rich_help_panel="Training")(runs.resume)
app.command(rich_help_panel="Training")(runs.cancel)
app.command("import", rich_help_panel="Training")(importing.import_file)
app.add_typer(training_sets.app, name="training-sets", rich_help_panel="Training")


def main() -> None:
    """Run the command that the arguments name and exit: 0 done, 1 failed, 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        # What a terminal cannot show is shown as "?", rather than ending the command.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    app(prog_name="clearprop")
