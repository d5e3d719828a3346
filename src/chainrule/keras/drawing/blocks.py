"""Blocks: what is written of each layer, and which layers stand together in a frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Shown:
    """What is written beside the classes of the layers."""

    shapes: bool = False
    dtype: bool = False
    names: bool = False
    activations: bool = False
    trainable: bool = False


@dataclass(frozen=True)
class Card:
    """One layer: a bold title, a soft name beside it, a line below, a tag on the right.

    ``input`` and ``output`` stand on the arrows into it and out of it.
    """

    title: str
    name: str = ""
    detail: str = ""
    tag: str = ""
    has_weights: bool = False
    input: str = ""
    output: str = ""


@dataclass(frozen=True)
class Frame:
    """A model that is a layer of another, with its own layers."""

    title: str
    blocks: tuple[Card | Frame, ...]


Block = Card | Frame


def blocks_of(model: Any, shown: Shown, expand: bool) -> tuple[Block, ...]:
    """Return a block for each layer of a model, in their order.

    Raises
    ------
    ValueError
        When there are no layers.
    """
    if not model.layers:
        raise ValueError(f"model {model.name!r} has no layers to draw; call add(...) first")
    return tuple(
        Frame(layer.name, blocks_of(layer, shown, expand))
        if expand and getattr(layer, "layers", None)
        else _card(layer, shown)
        for layer in model.layers
    )


def cards_of(blocks: tuple[Block, ...]) -> list[Card]:
    """Return all cards, those within frames too, in order."""
    return [
        card
        for block in blocks
        for card in ([block] if isinstance(block, Card) else cards_of(block.blocks))
    ]


def levels(block: Block) -> int:
    """Return how many frames are nested in a block; 0 for a card."""
    return 0 if isinstance(block, Card) else 1 + max(map(levels, block.blocks))


def backwards(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return the blocks from the last to the first, within frames too."""
    return tuple(
        block if isinstance(block, Card) else Frame(block.title, backwards(block.blocks))
        for block in reversed(blocks)
    )


def _card(layer: Any, shown: Shown) -> Card:
    inner = getattr(layer, "layers", ())
    activation = getattr(layer, "activation", None)
    details = []
    if inner:
        details.append(f"{len(inner)} layer{'' if len(inner) == 1 else 's'}")
    if shown.activations and activation is not None:
        details.append(getattr(activation, "__name__", str(activation)))
    has_weights = bool(layer.weights)
    tag = ""
    if shown.trainable and has_weights:
        tag = "trainable" if layer.trainable else "frozen"
    return Card(
        title=type(layer).__name__,
        name=layer.name if shown.names or inner else "",
        detail=", ".join(details),
        tag=tag,
        has_weights=has_weights,
        input=_flow(layer, layer.input_shape, shown),
        output=_flow(layer, layer.output_shape, shown),
    )


def _flow(layer: Any, shape: object, shown: Shown) -> str:
    """Return what stands on an arrow."""
    return " ".join([str(shape)] * shown.shapes + [str(layer.dtype)] * shown.dtype)
