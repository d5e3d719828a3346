"""Commands and their options. What a command does is in the file of its name.

Those files, and all that is heavy, are imported when their command runs: ``--help`` is quick.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

import chainrule
from chainrule.cli import options
from chainrule.cli.experiments import (
    EPOCHS,
    EXPERIMENTS,
    FRAMEWORKS,
    LEARNING_RATE,
    NotInstalledError,
)
from chainrule.cli.options import Engine, Epochs, Eta, Framework, Model, NoPlots, Out, Seed

# Boxes and colours are for people; a pipe or a file gets plain lines.
_FOR_PEOPLE = sys.stdout.isatty() and sys.stderr.isatty()
_OUT = Path("chainrule-out")

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich" if _FOR_PEOPLE else None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@contextmanager
def _ending() -> Iterator[None]:
    """Turn what may go wrong into one line on stderr and an exit code."""
    try:
        yield
    except KeyboardInterrupt as stop:
        # From here training says after how many epochs; elsewhere there is nothing to say.
        print(" ".join(["interrupted", *map(str, stop.args)]), file=sys.stderr)
        raise typer.Exit(130) from None
    except BrokenPipeError:
        raise
    except (ImportError, OSError, MemoryError) as error:
        text = " ".join(str(error).split()) or "not enough memory"
        print(f"chainrule: error: {text}", file=sys.stderr)
        raise typer.Exit(1) from None
    except ValueError as error:
        if not str(error).startswith("CHAINRULE_"):
            raise
        # A variable of the environment is wrong, as an option may be.
        print(f"chainrule: error: {error}", file=sys.stderr)
        raise typer.Exit(2) from None


def _version(wanted: bool) -> None:
    if wanted:
        print(f"chainrule {chainrule.__version__}")
        raise typer.Exit


@app.callback(epilog="Example: chainrule digits --out pictures")
def chainrule_command(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Small neural networks, plain to read and fast to train."""


@app.command("two-layer", epilog="Example: chainrule two-layer --engine numpy")
def two_layer(engine: Engine = "native") -> None:
    """Train two layers by hand on the exclusive or.

    3 inputs with the bias, 3 sigmoid units, 1 linear output; 10,000 epochs of batch gradient
    descent. Prints the loss on the way and the four predictions. The same in 40 lines of NumPy is
    in examples/two_layer.py.
    """
    with _ending():
        from chainrule.cli import two_layer

        two_layer.run(engine)


@app.command(epilog="Examples: chainrule xor;  chainrule xor --epochs 5000 --eta 0.2")
def xor(
    epochs: Epochs = 1000,
    eta: Eta = 0.5,
    seed: Seed = 42,
    out: Out = _OUT,
    no_plots: NoPlots = False,
    engine: Engine = "native",
) -> None:
    """Learn the exclusive or with a 2-2-1 network.

    Prints the loss on the way and what the network says of the four points. Draws the loss and
    the decision boundary.
    """
    with _ending():
        from chainrule.cli import xor

        xor.run(epochs=epochs, eta=eta, seed=seed, folder=None if no_plots else out, engine=engine)


@app.command(
    epilog="Examples: chainrule digits;  chainrule digits --layers 64,48,10 --epochs 50 "
    "--no-plots;  chainrule digits --model sigmoid;  chainrule digits --model relu --framework "
    "keras"
)
def digits(
    context: typer.Context,
    model: Model = None,
    framework: Framework = "chainrule",
    layers: Annotated[
        Any,
        typer.Option(
            parser=options.layers,
            metavar="WIDTHS",
            help="Widths of the layers: 64 pixels, hidden layers, 10 digits.",
        ),
    ] = "64,32,16,10",
    epochs: Annotated[
        int,
        typer.Option(
            parser=options.whole(1),
            metavar="N",
            help=f"How often all samples are seen; {EPOCHS} with --model.",
        ),
    ] = 100,
    batch_size: Annotated[
        int | None,
        typer.Option(
            parser=options.whole(1),
            metavar="N",
            help="With --model: samples a step; "
            + ", ".join(f"{row.batch_size} for {name}" for name, row in EXPERIMENTS.items())
            + ".",
        ),
    ] = None,
    eta: Eta = 0.1,
    learning_rate: Annotated[
        float,
        typer.Option(
            parser=options.positive,
            metavar="NUMBER",
            help="With --model: learning rate, positive.",
        ),
    ] = LEARNING_RATE,
    test_size: Annotated[
        float,
        typer.Option(parser=options.share, metavar="SHARE", help="Share of the images to test on."),
    ] = 0.25,
    split_seed: Annotated[
        int,
        typer.Option(
            parser=options.whole(0, options.LAST_SEED),
            metavar="N",
            help="Seed of the split into two sets.",
        ),
    ] = 13,
    seed: Seed = 42,
    out: Out = _OUT,
    no_plots: NoPlots = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="With --model: do not show how far the training is.")
    ] = False,
    engine: Engine = "native",
) -> None:
    """Learn to read scikit-learn's handwritten digits.

    Without --model: trains the tutorial's own class. Shows the data, trains,
    prints the classification report, draws the pictures and writes
    report.html, a page that holds all of it.

    With --model: runs the tutorial's experiment with Keras, on chainrule.keras
    or on real Keras. Prints how long fit took, loss and accuracy and the
    classification report, and draws loss and accuracy over the epochs.
    """
    folder = None if no_plots else out
    with _ending():
        if model is None:
            options.refuse(context, options.WITH_MODEL)
            from chainrule.cli import digits

            digits.run(
                digits.Options(
                    layers=layers,
                    epochs=epochs,
                    eta=eta,
                    test_size=test_size,
                    split_seed=split_seed,
                    seed=seed,
                    folder=folder,
                    engine=engine,
                )
            )
            return
        options.refuse(context, options.WITHOUT_MODEL)
        row = EXPERIMENTS[model]
        options.check_held_back(test_size, row.validation_split)
        from chainrule.cli import keras_digits

        try:
            FRAMEWORKS[framework].check()
            keras_digits.run(
                keras_digits.Options(
                    model=model,
                    framework=framework,
                    layers=layers,
                    epochs=epochs if options.is_given(context, "epochs") else EPOCHS,
                    batch_size=row.batch_size if batch_size is None else batch_size,
                    learning_rate=learning_rate,
                    test_size=test_size,
                    split_seed=split_seed,
                    seed=seed,
                    folder=folder,
                    quiet=quiet,
                )
            )
        except NotInstalledError as error:
            raise typer.BadParameter(
                str(error), context, param_hint="'--framework keras'"
            ) from None


@app.command(
    epilog="Examples: chainrule check notebook.ipynb;  chainrule check notebook.ipynb --json"
)
def check(
    context: typer.Context,
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK", help="The notebook, filled in.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
    timeout: Annotated[
        float,
        typer.Option(parser=options.positive, metavar="SECONDS", help="Time for each cell."),
    ] = 60,
) -> None:
    """Check a filled notebook of the tutorial.

    Runs its code cells in a process of their own, without network, and prints
    what its checks say. The code runs with your rights: check notebooks of
    people whom you trust. The exit code is 0 if all is right, 1 if something
    is wrong or not reached, 2 if it is no notebook.
    """
    with _ending():
        from chainrule.cli import check
        from chainrule.teaching.notebook import NotebookError

        try:
            right = check.run(notebook, timeout=timeout, as_json=as_json)
        except NotebookError as error:
            raise typer.BadParameter(str(error), context, param_hint="'NOTEBOOK'") from None
    if not right:
        raise typer.Exit(1)
