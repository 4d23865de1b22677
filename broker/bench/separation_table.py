"""The separation bench's results as text."""

from collections.abc import Mapping
from typing import Any

from broker.bench.tables import ratio_text, table

PASS_HEADS = (
    "tracks",
    "1 thread ms",
    "2 threads ms",
    "peer ms",
    "ratio",
    "pairs",
    "peer blind",
    "same",
)
UPDATE_HEADS = ("tracks", "batch", "ns/report", "engine ns", "NumPy ns", "ratio")


def separation_table(results: Mapping[str, Any]) -> str:
    """Full passes, hot spots and updates, one table each."""
    exponent = results["growth_exponent"]
    grows = "-" if exponent is None else f"{exponent:.2f}"
    return "\n".join(
        (
            f"Full pass over Greater London ({results['backend']}); growth exponent {grows}.",
            "The ratio is that of the better thread count, hit details included.",
            table(PASS_HEADS, map(_pass_row, results["results"])),
            "",
            "Half of the aircraft round ten incidents, some hovering.",
            table(PASS_HEADS, map(_pass_row, results["hot_spots"])),
            "",
            "Reports through engine and alert machine, beside NumPy one-against-all.",
            table(UPDATE_HEADS, map(_update_row, results["updates"])),
        )
    )


def _pass_row(one: Mapping[str, Any]) -> tuple[object, ...]:
    whole = one["ours_ms_by_threads"]
    return (
        one["tracks"],
        whole["1"],
        whole["2"],
        one["peer_ms"],
        ratio_text(one["ratio"]),
        one["pairs"],
        one["pairs_peer_cannot_see"],
        one["same_pairs"],
    )


def _update_row(one: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        one["tracks"],
        one["batch"],
        round(one["ns_per_report"]),
        round(one["engine_ns_per_report"]),
        round(one["peer_ns"]),
        ratio_text(one["ratio"]),
    )
