"""One section of keras_sections.py, on one kit, in a process of its own.

``python run_section.py KIT SECTION SEED`` runs it in the present folder and writes run.json there:
the history, and the accuracy on the test set. KIT is the word that replaces tensorflow.keras.
"""

from __future__ import annotations

import functools
import json
import sys
from pathlib import Path

TEXT = Path(__file__).with_name("keras_sections.py")


def sections() -> dict[str, str]:
    """Return the text of each section, by its name."""
    parts = TEXT.read_text(encoding="utf-8").split("# %% ")[1:]
    return {name: text for name, _, text in (part.partition("\n") for part in parts)}


STEPS = 135  # of an epoch: 1347 samples, 10 at a time


def hurry_tensorflow() -> None:
    """Let Keras go to TensorFlow once an epoch instead of once a batch; it computes the same."""
    import keras

    keras.Model.compile = functools.partialmethod(keras.Model.compile, steps_per_execution=STEPS)  # type: ignore[method-assign, assignment]


def run(kit: str, section: str, seed: int) -> dict[str, object]:
    """Run a section and what it needs; return what came out."""
    if kit == "tensorflow.keras":
        hurry_tensorflow()
    parts = sections()
    seeded = f"from tensorflow.keras.utils import set_random_seed\nset_random_seed({seed})\n"
    text = parts["data"] + parts["imports"] + seeded + parts[section]
    names: dict[str, object] = {}
    exec(compile(text.replace("tensorflow.keras", kit), TEXT.name, "exec"), names)
    model = names["model" if section == "sigmoid" else "model_relu"]
    _, accuracy = model.evaluate(names["X_test"], names["y_test"], verbose=0)  # type: ignore[attr-defined]
    return {
        "history": names["H"].history,  # type: ignore[attr-defined]
        "test_accuracy": accuracy,
        "module": type(model).__module__,
        "backend": names["K"].backend(),  # type: ignore[attr-defined]
    }


if __name__ == "__main__":
    found = run(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    Path("run.json").write_text(json.dumps(found), encoding="utf-8")
