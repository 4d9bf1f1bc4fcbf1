"""How likely a count is that differs from what is usual. Pure.

People come in lumps: a bus, a lesson's end. Counts therefore vary more than by chance alone, by a
share `spread` of what is usual; they follow a negative binomial distribution.
"""

import math

EXACT = 500.0
"""Above this the normal distribution is near enough."""
SHARES = 5000
"""The same, of how many a share is counted."""


def at_most(count: int, usual: float, spread: float) -> float:
    """Return how likely it is that no more than `count` are counted."""
    if usual <= 0:
        return 1.0
    if usual > EXACT:
        deviation = math.sqrt(usual + (spread * usual) ** 2)
        return 0.5 * math.erfc((usual - count - 0.5) / deviation / math.sqrt(2))
    size = 1 / max(spread, 1e-3) ** 2
    share = usual / (size + usual)
    each = math.exp(size * math.log1p(-share))
    total = each
    for number in range(count):
        each *= (number + size) / (number + 1) * share
        total += each
    return min(1.0, total)


def at_least(count: int, usual: float, spread: float) -> float:
    """Return how likely it is that `count` or more are counted."""
    return 1.0 if count <= 0 else max(0.0, 1.0 - at_most(count - 1, usual, spread))


def share_at_most(count: int, of: int, share: float) -> float:
    """Return how likely it is that of `of` no more than `count` are, each with `share`."""
    if count < 0:
        return 0.0
    if of <= 0 or count >= of or share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    if of > SHARES:
        deviation = math.sqrt(of * share * (1 - share))
        return 0.5 * math.erfc((of * share - count - 0.5) / deviation / math.sqrt(2))
    each = of * math.log1p(-share)
    total = math.exp(each)
    for number in range(count):
        each += math.log((of - number) / (number + 1)) + math.log(share) - math.log1p(-share)
        total += math.exp(each)
    return min(1.0, total)


def share_at_least(count: int, of: int, share: float) -> float:
    """Return how likely it is that of `of` so many or more are."""
    return share_at_most(of - count, of, 1 - share)


def learnt_at_most(count: int, of: int, these: float, others: float) -> float:
    """Return how likely it is that of `of` no more than `count` are of these.

    Their share was learnt from so many of `these` and `others` before (a beta-binomial
    distribution): of few it is not known well.
    """
    if count < 0:
        return 0.0
    if count >= of:
        return 1.0
    one, other = these + 0.5, others + 0.5
    each = math.exp(
        math.lgamma(other + of)
        - math.lgamma(other)
        + math.lgamma(one + other)
        - math.lgamma(one + other + of)
    )
    total = each
    for number in range(count):
        each *= (of - number) / (number + 1) * (one + number) / (other + of - number - 1)
        total += each
    return min(1.0, total)
