"""The airspace in a snapshot, and back: every part of it keeps its own state."""

from broker.core.airspace import Airspace, Setup
from broker.core.errors import BrokenInvariant
from broker.core.geodesy.ground import FindTerrain, no_terrain
from broker.core.plain import Plain, integer, mapping, text
from broker.core.separation.jit import Backend
from broker.core.tracks.correlation.memory import correlator_state, restore_correlator
from broker.core.tracks.memory import register_state, restore_register


def airspace_state(airspace: Airspace) -> dict[str, Plain]:
    """Everything, for a snapshot taken between micro-batches."""
    airspace.tracks.release_retired()
    return {
        "policy_toml": airspace.policy_toml,
        "exercise": airspace.exercise,
        "tracks": register_state(airspace.tracks),
        "correlation": correlator_state(airspace.correlator),
        "restrictions": airspace.restrictions.state(),
        "hidden": airspace.hidden.state(),
        "alerting": airspace.alerting.state(),
        "coverage": airspace.coverage.state(),
        "controls": airspace.controls.state(),
        "supply_chain": airspace.supply_chain.state(),
        "now_us": airspace.time.now_us,
    }


def restored(
    state: dict[str, Plain],
    backend: Backend = "numba",
    *,
    secret: bytes = b"",
    find_terrain: FindTerrain = no_terrain,
) -> Airspace:
    """An airspace as it was when `state` was taken; `secret` as it was made with."""
    exercise = state["exercise"]
    if not isinstance(exercise, bool):
        raise BrokenInvariant("snapshot: exercise must be true or false")
    setup = Setup(exercise, text(state["policy_toml"]), backend, secret, find_terrain)
    airspace = Airspace(setup)
    restore_register(airspace.tracks, mapping(state["tracks"]))
    restore_correlator(airspace.correlator, state["correlation"])
    airspace.restrictions.restore(state["restrictions"])
    airspace.tracks.ground = airspace.restrictions.ground
    if "hidden" in state:
        airspace.hidden.restore(state["hidden"])
    airspace.alerting.restore(mapping(state["alerting"]))
    airspace.coverage.restore(state["coverage"])
    airspace.controls.restore(mapping(state["controls"]))
    airspace.hidden.sharing.pairs.adopt(airspace.controls.agreements.terms())
    airspace.supply_chain.restore(mapping(state["supply_chain"]))
    airspace.time.read(integer(state["now_us"]))
    return airspace
