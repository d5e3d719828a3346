"""Layout: where cards, frames, arrows and their labels are, in inches.

Blocks follow each other along one axis: downwards, or to the right. Across it their middles are on
one line. From the bottom to the top is the same picture with the blocks, and the arrows, reversed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chainrule.keras.drawing.blocks import Block, Card, backwards, cards_of, levels
from chainrule.plots.style import MARGIN, SMALL, TEXT

PAD = 0.16  # within a card, from its edge to its text
LINE = 0.23  # from one line of text to the next
BAR = 0.05  # the coloured bar at the left edge of a card
SPACE = 0.12  # between the words of a line, and between an arrow and its label
_NARROWEST = 1.5  # of the cards
_GAP = 0.36  # between two blocks, for an arrow
_LABEL_GAP = 0.5  # the same, where the arrow has a label
_ROOM = 0.18  # between a frame and what is in it
_HEAD = 0.36  # the same at its top, where its title is

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle from its upper left corner; y grows downwards."""

    x: float
    y: float
    width: float
    height: float


@dataclass
class Plan:
    """All there is to draw, in the order in which it was laid out."""

    cards: list[tuple[Card, Box]] = field(default_factory=list)
    frames: list[tuple[str, Box]] = field(default_factory=list)
    arrows: list[tuple[Point, Point, str, Point]] = field(default_factory=list)
    """From, to, label, where the label is."""
    rightwards: bool = False
    width: float = 0.0
    height: float = 0.0


def lay_out(blocks: tuple[Block, ...], rankdir: str) -> Plan:
    """Return the plan of a chain of blocks.

    Parameters
    ----------
    blocks : tuple of Block
        From the input to the output.
    rankdir : str
        "TB", "BT", "LR" or "RL".

    Examples
    --------
    >>> plan = lay_out((Card("Dense"), Card("Dropout")), "TB")
    >>> [box.y < plan.height for card, box in plan.cards], len(plan.arrows)
    ([True, True], 1)
    """
    reverse, rightwards = rankdir in ("BT", "RL"), rankdir in ("LR", "RL")
    if reverse:
        blocks = backwards(blocks)
    cards = cards_of(blocks)
    texts = [text for card in cards for text in (card.input, card.output) if text]
    label = max((text_width(text, SMALL) for text in texts), default=0.0)
    gap = _LABEL_GAP if texts else _GAP
    if rightwards and texts:
        gap = label + 2.5 * SPACE
    tall = 2 * PAD + LINE * (2 if any(card.detail for card in cards) else 1)
    wide = max(map(card_width, cards))
    deep = max(map(levels, blocks))
    plan = Plan(rightwards=rightwards)
    middle = tall / 2 + deep * _HEAD if rightwards else wide / 2 + deep * _ROOM
    ruler = _Ruler(plan, rightwards, MARGIN + middle, wide, tall, gap)
    stub = gap if texts else 0.0  # for the arrows into the chain and out of it
    end = ruler.put(blocks, MARGIN + stub)
    _connect(plan, ruler, MARGIN + stub, end, reverse)
    along = end + stub + MARGIN
    if rightwards:
        plan.width, plan.height = along, 2 * MARGIN + middle + tall / 2 + deep * _ROOM
    else:
        right = max(middle, SPACE + label)  # labels stand on the right of the arrows
        plan.width, plan.height = 2 * MARGIN + middle + right, along
    return plan


@dataclass
class _Ruler:
    """Turns distances along and across the chain into boxes."""

    plan: Plan
    rightwards: bool
    line: float  # where the middles are, across
    wide: float
    tall: float
    gap: float
    gaps: list[float] = field(default_factory=list)  # the middle of each, along

    def put(self, blocks: tuple[Block, ...], along: float) -> float:
        """Lay out blocks from there on, and return where they end."""
        for i, block in enumerate(blocks):
            if i:
                self.gaps.append(along + self.gap / 2)
                along += self.gap
            start = along
            if isinstance(block, Card):
                along += card_width(block) if self.rightwards else self.tall
                self.plan.cards.append((block, self.box(start, along, 0)))
            else:
                place = len(self.plan.frames)
                along = self.put(block.blocks, along + (_ROOM if self.rightwards else _HEAD))
                along += _ROOM
                frame = (block.title, self.box(start, along, levels(block)))
                self.plan.frames.insert(place, frame)  # an outer one lies below the inner ones
        return along

    def box(self, start: float, stop: float, level: int) -> Box:
        """Return the box from start to stop that has so many frames within."""
        if self.rightwards:
            top = self.line - self.tall / 2 - level * _HEAD
            return Box(start, top, stop - start, self.tall + level * (_HEAD + _ROOM))
        left = self.line - self.wide / 2 - level * _ROOM
        return Box(left, start, self.wide + 2 * level * _ROOM, stop - start)

    def span(self, box: Box) -> tuple[float, float]:
        """Return where a box begins and ends along the chain."""
        if self.rightwards:
            return box.x, box.x + box.width
        return box.y, box.y + box.height

    def point(self, along: float, across: float = 0.0) -> Point:
        """Return the point that far along the chain, and off its line."""
        return (along, self.line + across) if self.rightwards else (self.line + across, along)


def _connect(plan: Plan, ruler: _Ruler, first: float, last: float, reverse: bool) -> None:
    """Draw an arrow from each card to the next one; with labels, also into the first and out."""
    cards = [card for card, _ in plan.cards]
    spans = [ruler.span(box) for _, box in plan.cards]
    ends = [
        (before[1], after[0], giver.output, middle)
        for before, after, giver, middle in zip(
            spans, spans[1:], cards[1:] if reverse else cards, ruler.gaps, strict=False
        )
    ]
    if any(card.input for card in cards):
        half = ruler.gap / 2
        begin, end = cards[0], cards[-1]
        texts = (begin.output, end.input) if reverse else (begin.input, end.output)
        ends.insert(0, (first - ruler.gap, spans[0][0], texts[0], first - half))
        ends.append((spans[-1][1], last + ruler.gap, texts[1], last + half))
    across = -SPACE / 2 if ruler.rightwards else SPACE
    for start, stop, text, at in ends:
        tail, head = (stop, start) if reverse else (start, stop)
        place = ruler.point(at, across)
        plan.arrows.append((ruler.point(tail), ruler.point(head), text, place))


def card_width(card: Card) -> float:
    """Return how wide a card must be for what is written on it."""
    words = [text_width(card.title, TEXT, bold=True)]
    words += [text_width(text, SMALL) for text in (card.name, card.tag) if text]
    first = sum(words) + SPACE * (len(words) - 1) + (SPACE if card.tag else 0.0)
    return max(_NARROWEST, BAR + 2 * PAD + max(first, text_width(card.detail, SMALL)))


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text in inches."""
    if not text:
        return 0.0
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    font = FontProperties(weight="bold" if bold else "normal")
    return float(TextPath((0, 0), text, size=size, prop=font).get_extents().width) / 72
