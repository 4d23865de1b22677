"""The alert load as the page `docs/alert-load.md`."""

from collections.abc import Sequence
from typing import Final

from broker.bench.alert_load_desks import CREW_LIMIT, INCIDENT_LIMIT, Figures
from sim.clearings import CLEAR_BEFORE_US
from sim.conduct import ACT_AFTER_US, AS_AGREED, LOOK_EVERY_US, READ_AFTER_US, WAIT_US_MAX
from sim.measures import SECOND_US

INTRODUCTION: Final = f"""# Alert load

How many alerts each desk gets in simulated London; written by
`keepclear bench alert-load --write docs/alert-load.md`.

The simulator's traffic goes through the live core in virtual time, with the default policy and a
full separation pass every second. An alert counts for the desks whose aircraft it names, once, at
the highest level it was told with; a cluster counts as one. A launch hold is a state beside a dock
and no alert to act on: it is counted apart.

Limits, from the safety review: one caution an hour for a desk on average, two when it is busy; one
warning (or floor) in 12 hours; {CREW_LIMIT:g} alert in 20 flying hours of a crew;
{INCIDENT_LIMIT} alerts of one incident in 10 minutes. The surge is held against the busy limits.
A limit that is not met says **no**.

Two seeds of traffic: alerts of the first were looked at one by one while policy and simulator were
mended, the second was flown afterwards only.

*As planned*: no drone reacts to anything. It flies through keep-clear requests, past alerts, and
between drones on scene. *As agreed*, the shares being judgement, each set before its first flight:

- {AS_AGREED.requests:.0%} of drone flights keep clear of a request: planned round it, or sent round
  it {READ_AFTER_US / SECOND_US:g} s after it came out. What would have to start or work inside is
  not launched; who is inside goes home.
- {AS_AGREED.warnings:.0%} of alerts are acted on, {ACT_AFTER_US / SECOND_US:g} s after they are
  told (8 s of a person, 2 s of links): at a warning of crewed traffic the drone goes down to 25 m
  and waits; at a warning of another drone, who is on the way goes round who is at work, two at
  work move 100 m apart, and of one operator's two the first to come goes home; at a
  caution of a landing helicopter the drone lands, at a caution of a keep-clear request it goes
  round. Then the task goes on, shorter by the delay.
- {AS_AGREED.agreement:.0%} of drones that crews launch at an incident stay in their own sector,
  60 m from the next, and in the middle half of their height band (25-45, 60-80, 95-115 m); of
  drones from docks, as many come and go in their band within 250 m of the scene; of reliefs, as
  many take over from the next sector. The last two were added after the first runs, as part of
  what an agreement says, not of how often it is kept.

Added after the alerts of whole runs had been looked at, since simulated desks were poorer than real
ones; each is a share of its own in `sim.conduct`:

- {AS_AGREED.cautions:.0%} of cautions of other aircraft are acted on as warnings are. Until then
  desks waited for the warning, 7 to 15 s later.
- {AS_AGREED.picture:.0%} of drone flights have crews that read the shared picture: they fly round
  other incidents (looking every {LOOK_EVERY_US / SECOND_US:g} s), do not climb into a drone
  above them, and do not go to work where another drone works at their height.
- {AS_AGREED.holds:.0%} of launches wait while their dock is under a launch hold. No launch waits
  longer than {WAIT_US_MAX / SECOND_US:g} s, for whatever reason: somebody has called for it.
- {AS_AGREED.clearings:.0%} of drones within 1 NM of where an agency's helicopter will land or lift
  come down when its desk asks, {CLEAR_BEFORE_US / SECOND_US:g} s before its approach or lift.
  Until then it landed where nobody had been told.
"""
_DESK_HEADS: Final = (
    ("desk", "desk", "{}"),
    ("caution", "caution", "{}"),
    ("warning", "warning", "{}"),
    ("floor", "floor", "{}"),
    ("of them clusters", "clusters", "{}"),
    ("launch holds", "launch_holds", "{}"),
    ("cautions an hour", "cautions_per_hour", "{:.2f}"),
    ("warnings in 12 h", "warnings_per_12_hours", "{:.1f}"),
    ("crew: flying hours", "flying_hours", "{:.1f}"),
    ("crew: in 20 flying hours", "per_20_flying_hours", "{:.1f}"),
    ("within limits", "within", "{}"),
)
_CAUSE_HEADS: Final = (
    ("cause (rule)", "cause", "{}"),
    ("cautions", "cautions", "{}"),
    ("warnings", "warnings", "{}"),
    ("share", "share", "{:.0%}"),
)


def page(rows: Sequence[Figures]) -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for heading in dict.fromkeys(map(_heading, rows)):
        mine = [row for row in rows if _heading(row) == heading]
        parts += [heading, _table(_DESK_HEADS, mine)]
        if any("cause" in row for row in mine):
            parts += [_table(_CAUSE_HEADS, mine)]
        parts += [_sentence(row) for row in mine if "not_alerted" in row]
    return "\n".join(parts)


def _heading(row: Figures) -> str:
    from_hour = row["from_hour"]
    if not isinstance(from_hour, float):
        raise TypeError("from_hour is an hour of the day")
    clock = f"{int(from_hour):02d}:{round(from_hour % 1.0 * 60):02d}"
    run = f"{row['profile']}, {row['hours']:g} h from {clock}, {row['conduct']}"
    return f"## {run}, seed {row['seed']}\n"


def _table(heads: Sequence[tuple[str, str, str]], rows: Sequence[Figures]) -> str:
    """One row for each that has the first head's figure, in Markdown."""
    lines = ["| " + " | ".join(head for head, _, _ in heads) + " |", "|" + "---|" * len(heads)]
    lines += [
        "| " + " | ".join(_cell(row[key], shape) for _, key, shape in heads) + " |"
        for row in rows
        if heads[0][1] in row
    ]
    return "\n".join(lines) + "\n"


def _cell(value: float | str | None, shape: str) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "**no**"
        case _:
            return shape.format(value)


def _sentence(totals: Figures) -> str:
    within = "within" if totals["incidents_within"] else "**over**"
    return (
        f"Drones inside a crewed aircraft's floor by the truth: {totals['floor_breaches']}, "
        f"of them not alerted: {totals['not_alerted']}. Most alerts of one incident in 10 minutes: "
        f"{totals['most_in_10_min_from_one_incident']}, {within} the limit.\n"
    )
