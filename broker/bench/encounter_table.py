"""The encounter scores as the page `docs/separation-results.md`."""

from collections.abc import Sequence

from broker.bench.encounters import Score

_INTRODUCTION = """# Alerts on encounters

Helicopters and drones, replayed through the live core with the policy `f3442-benchmark`; written by
`keepclear bench encounters --write docs/separation-results.md`.

Lead is counted to the first second of truth inside 609.6 m x 76.2 m, and only where that comes at
60 s or later; missed is a loss that no run of alert reaches; nuisance is the share of encounters
without a loss that ever alert; episodes are starts of alert per encounter. *Lead as perfect* is the
share with 15 s of lead among the losses where DAIDALUS, memoryless and on perfect data, has it.
"""
_JUDGED = """
## Encounters judged by DAIDALUS

300 encounters of the MIT-LL rotorcraft model with noise of 1 sigma: drone 3 m, 4 m, 0.3 and 0.2
m/s, helicopter 15 m, 8 m, 1.5 and 0.4 m/s (horizontal, vertical, and their rates). The two halves
show how much of a difference is chance.
"""
_OWN = """
## Our own encounters

Seeded, with the same noise; `0.5 Hz with gaps` reports the drone every other second, loses 2 % and
is silent once for 5 to 20 s.
"""
_HEADS = (
    ("median lead", "lead_median_s", "{:.0f} s"),
    ("p10 lead", "lead_p10_s", "{:.0f} s"),
    ("lead ≥ 15 s", "lead_15_s", "{:.2f}"),
    ("lead as perfect", "lead_15_s_where_perfect_has_it", "{:.2f}"),
    ("nuisance", "nuisance", "{:.3f}"),
    ("episodes", "episodes", "{:.2f}"),
)
_JUDGED_SETS = ("judged", "first half", "second half")


def page(results: Sequence[Score]) -> str:
    """The whole page."""
    judged = [one for one in results if one["set"] in _JUDGED_SETS]
    own = [one for one in results if one["set"] not in _JUDGED_SETS]
    parts = [_INTRODUCTION]
    if judged:
        parts += [_JUDGED, table(judged)]
    return "\n".join([*parts, _OWN, table(own)])


def table(results: Sequence[Score]) -> str:
    """One row a score, in Markdown."""
    heads = ["set", "level", "judge", "missed", *(head for head, _, _ in _HEADS)]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for one in sorted(results, key=lambda score: (_place(results, score), str(score["level"]))):
        figures = ["–" if one[key] is None else shape.format(one[key]) for _, key, shape in _HEADS]
        missed = f"{one['missed']} of {one['losses']}"
        cells = [str(one["set"]), str(one["level"]), str(one["judge"]), missed, *figures]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _place(results: Sequence[Score], score: Score) -> int:
    """Sets stay together, in the order they first came."""
    return [one["set"] for one in results].index(score["set"])
