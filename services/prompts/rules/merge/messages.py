"""Which message of one version is which of another: equal ones first, then the most alike."""

from collections.abc import Sequence

from services.prompts.rules.merge.alignment import Gap, Pair, align, gaps_between

# As JSON has it: `role` and `content`.
MessageDocument = dict[str, str]

_MOST_CHARACTERS_BY_WORD = 4_000


def align_messages(
    before: Sequence[MessageDocument], after: Sequence[MessageDocument]
) -> list[Pair]:
    """Return index pairs of messages that are the same one, perhaps changed; both indexes rise.

    Messages of different roles and different texts are never taken for each other.
    """
    equal = align([_key(one) for one in before], [_key(one) for one in after])
    pairs = list(equal)
    for gap in gaps_between(equal, Gap(0, len(before), 0, len(after))):
        pairs += _most_alike(before, after, gap)
    return sorted(pairs)


def _key(message: MessageDocument) -> tuple[str, str]:
    return message["role"], message["content"]


def _most_alike(
    before: Sequence[MessageDocument], after: Sequence[MessageDocument], gap: Gap
) -> list[Pair]:
    """Pair messages of a gap so that the sum of their likeness is greatest."""
    rows = [_parts(one) for one in before[gap.start : gap.end]]
    columns = [_parts(one) for one in after[gap.other_start : gap.other_end]]
    likeness = [[_likeness(one, other) for other in columns] for one in rows]
    best = [[0.0] * (len(columns) + 1) for _ in range(len(rows) + 1)]
    for row in range(len(rows) - 1, -1, -1):
        for column in range(len(columns) - 1, -1, -1):
            paired = best[row + 1][column + 1] + likeness[row][column]
            best[row][column] = max(paired, best[row + 1][column], best[row][column + 1])
    pairs: list[Pair] = []
    row = column = 0
    while row < len(rows) and column < len(columns):
        paired = best[row + 1][column + 1] + likeness[row][column]
        if likeness[row][column] > 0 and best[row][column] == paired:
            pairs.append((gap.start + row, gap.other_start + column))
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            row += 1
        else:
            column += 1
    return pairs


def _parts(message: MessageDocument) -> tuple[str, frozenset[str]]:
    """Return the role and what the text is compared by: its words, or its lines when it is long."""
    text = message["content"]
    by_word = len(text) <= _MOST_CHARACTERS_BY_WORD
    return message["role"], frozenset(text.split() if by_word else text.split("\n"))


def _likeness(one: tuple[str, frozenset[str]], other: tuple[str, frozenset[str]]) -> float:
    (role, words), (other_role, other_words) = one, other
    shared = len(words & other_words)
    share = shared / max(1, len(words) + len(other_words) - shared)
    if role != other_role:
        return share if words == other_words else 0.0
    return 0.25 + share
