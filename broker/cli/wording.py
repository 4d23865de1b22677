"""Words for people: heights, times and what flies, out of the contract's messages.

Ellipsoid heights never reach a person: mixed up with heights above sea level they are 46 m out in
London. What comes over the wire is printed without control characters: a callsign must not move
the cursor.
"""

from datetime import UTC, datetime
from typing import Final

import numpy as np

from broker.core.geodesy.geoid import GRID_DOUBT_M, undulation
from broker.core.units import FOOT_M, SECOND_US
from keepclear.v1 import common_pb2, feed_pb2

HEIGHT_STEP_FT: Final = 10
"""Finer than any sensor in the picture: more digits would promise what nobody measured."""

_CLASSES: Final[dict[int, str]] = {
    common_pb2.AIRCRAFT_CLASS_UNSPECIFIED: "unknown (crewed)",
    common_pb2.AIRCRAFT_CLASS_DRONE: "drone",
    common_pb2.AIRCRAFT_CLASS_HELICOPTER: "helicopter",
    common_pb2.AIRCRAFT_CLASS_AEROPLANE: "aeroplane",
    common_pb2.AIRCRAFT_CLASS_OTHER_CREWED: "other crewed",
    common_pb2.AIRCRAFT_CLASS_UNKNOWN_DRONE: "unclaimed drone",
}
_LEVELS: Final[dict[int, str]] = {
    common_pb2.ALERT_LEVEL_UNSPECIFIED: "ended",
    common_pb2.ALERT_LEVEL_ADVISORY: "advisory",
    common_pb2.ALERT_LEVEL_CAUTION: "CAUTION",
    common_pb2.ALERT_LEVEL_WARNING: "WARNING",
    common_pb2.ALERT_LEVEL_FLOOR: "INSIDE MINIMUM",
}
_STATES: Final[dict[int, str]] = {
    feed_pb2.TRACK_STATE_CURRENT: "current",
    feed_pb2.TRACK_STATE_STALE: "stale",
    feed_pb2.TRACK_STATE_LOST: "LOST, may still fly",
    feed_pb2.TRACK_STATE_PRESUMED_LANDING: "presumed landing",
    feed_pb2.TRACK_STATE_DOCKED: "docked, silent",
    feed_pb2.TRACK_STATE_MERGED: "shown by another track",
    feed_pb2.TRACK_STATE_WITHHELD: "shown otherwise from now on, as its agency decided",
}
_DOUBTS: Final = {
    "implausible-jump": "DOUBT: jumped",
    "implausible-speed": "DOUBT: too fast for its kind",
    "possibly-heard-twice": "DOUBT: may be heard twice",
    "identity-claimed-elsewhere": "DOUBT: same identity elsewhere",
}
_DOING: Final[dict[int, str]] = {
    common_pb2.OPERATIONAL_STATUS_ON_GROUND: "on the ground",
    common_pb2.OPERATIONAL_STATUS_ROTORS_TURNING: "rotors turning",
    common_pb2.OPERATIONAL_STATUS_LANDING_OR_LIFTING: "landing or lifting",
    common_pb2.OPERATIONAL_STATUS_AT_DOCK: "in its dock",
    common_pb2.OPERATIONAL_STATUS_LAUNCHING: "LAUNCHING from its dock",
    common_pb2.OPERATIONAL_STATUS_CLOSE_WORK_ACCEPTED: "landing, close work accepted",
}


def printable(text: str) -> str:
    """`text` with everything that is not a printable character replaced."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def feet(height_m: float) -> str:
    """Metres as feet, rounded to what a person can use."""
    rounded_ft = round(height_m / FOOT_M / HEIGHT_STEP_FT) * HEIGHT_STEP_FT
    return f"{rounded_ft:,} ft"


def height_words(track: feed_pb2.TrackView) -> str:
    """The height in words: by datum in feet, or relative; never above the ellipsoid."""
    words: list[str] = []
    if track.HasField("altitude_m"):
        if track.altitude_datum == common_pb2.ALTITUDE_DATUM_AMSL:
            words.append(f"{feet(track.altitude_m)} above sea level")
        elif track.altitude_datum == common_pb2.ALTITUDE_DATUM_PRESSURE:
            words.append(f"{feet(track.altitude_m)} pressure (1013)")
    if track.HasField("height_m"):
        ground = track.height_reference == common_pb2.HEIGHT_REFERENCE_GROUND
        place = "ground" if ground else "take-off"
        words.append(f"{feet(track.height_m)} ({round(track.height_m)} m) above {place}")
    if words:
        return ", ".join(words)
    return _satellite_words(track)


def _satellite_words(track: feed_pb2.TrackView) -> str:
    """A satellite's height as one above sea level, where the geoid is known well enough."""
    if track.HasField("altitude_hae_m"):
        altitude_hae_m = track.altitude_hae_m
    elif track.altitude_datum == common_pb2.ALTITUDE_DATUM_HAE and track.HasField("altitude_m"):
        altitude_hae_m = track.altitude_m
    else:
        return "not known"
    geoid = undulation(np.array([track.latitude_deg]), np.array([track.longitude_deg]))
    if geoid.doubt_m[0] > GRID_DOUBT_M:
        return "\N{EM DASH} (satellite height only)"
    return f"{feet(altitude_hae_m - geoid.undulation_m[0])} above sea level (satellite)"


def keep_clear_words(volume: feed_pb2.KeepClearVolume) -> tuple[str, str]:
    """Where to keep clear of an aircraft that is not shown, and between which heights."""
    where = (
        f"{volume.south_deg:.4f} to {volume.north_deg:.4f} north, "
        f"{volume.west_deg:.4f} to {volume.east_deg:.4f} east"
    )
    lower = max(0.0, volume.lower_amsl_m)
    if not volume.HasField("upper_amsl_m"):
        return where, "any height"
    floor = feet(lower) if lower else "the surface"
    return where, f"{floor} to {feet(volume.upper_amsl_m)} above sea level"


def instant_words(instant_us: int) -> str:
    """A time as people read it, UTC; a time no calendar holds is shown as it came."""
    try:
        moment = datetime.fromtimestamp(instant_us / SECOND_US, UTC)
    except (OverflowError, ValueError, OSError):
        return f"{instant_us} us"
    return moment.strftime("%Y-%m-%d %H:%M:%SZ")


def clock_words(instant_us: int) -> str:
    """The time of day, UTC, of something that happened lately."""
    return instant_words(instant_us).rpartition(" ")[2]


def class_words(aircraft_class: int) -> str:
    """What flies."""
    return _CLASSES.get(aircraft_class, "unknown (crewed)")


def level_words(level: int) -> str:
    """How urgent; urgent ones in capitals, for screens without colour."""
    return _LEVELS.get(level, f"level {level}")


def state_words(state: int) -> str:
    """How a track is doing."""
    return _STATES.get(state, "not known")


def doing_words(track: feed_pb2.TrackView) -> str:
    """How a track is doing and what the aircraft does, flying apart."""
    heard = f"heard by {len(track.heard_by)}" if track.heard_by else ""
    doubts = (_DOUBTS.get(one, one) for one in track.doubts)
    doing = _DOING.get(track.operational_status, "")
    flags = (f"FLAG: {one.text}" for one in track.flags)
    return ", ".join(filter(None, (state_words(track.state), doing, heard, *doubts, *flags)))


def path_words(track: feed_pb2.TrackView, stated_age_s: float) -> str:
    """Where it means to fly, as its own system stated; empty where it did not."""
    if not track.planned_path:
        return ""
    last = track.planned_path[-1]
    points = len(track.planned_path)
    by = "straight" if points == 1 else f"by {points} points"
    where = f"{last.latitude_deg:.4f},{last.longitude_deg:.4f}"
    return f"intends {by} to {where}, stated {age_words(stated_age_s)} ago"


def age_words(age_s: float) -> str:
    """An age in the unit a person thinks in. A clock a little behind makes ages negative: now."""
    whole_s = max(0, round(age_s))
    if whole_s < 120:
        return f"{whole_s} s"
    return f"{whole_s // 60} min" if whole_s < 7_200 else f"{whole_s // 3600} h"
