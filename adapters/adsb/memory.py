"""What single messages said about each aircraft, until a position comes to carry it.

Squitters, SBS lines and UAT messages bring position, velocity, identity and quality apart. What was
last said is kept for as long as it can be taken for the present, and joined by address. Bounded:
the aircraft longest silent makes room.
"""

from dataclasses import dataclass, field

from adapters.adsb.aircraft import Aircraft, Known
from adapters.adsb.quality import GVA_M, NAC_V_MPS, UNSURE_DEFAULT_M, horizontal_accuracy_m
from adapters.clock import MICROSECONDS

MAX_AIRCRAFT = 20_000
MOTION_AGE_US = 5 * MICROSECONDS  # ten velocity squitters; a helicopter turns 180 degrees
ALTITUDE_AGE_US = 5 * MICROSECONDS
QUALITY_AGE_US = 60 * MICROSECONDS
IDENTITY_AGE_US = 600 * MICROSECONDS

Value = float | str | bool | None


@dataclass(slots=True)
class Heard:
    """One aircraft's last words, each with its time (Unix microseconds UTC)."""

    said: dict[str, tuple[int, Value]] = field(default_factory=dict)

    def hear(self, name: str, value: Value, time_us: int) -> None:
        """Keep one value; None takes back what was said before."""
        if value is None:
            self.said.pop(name, None)
        else:
            self.said[name] = (time_us, value)

    def number(self, name: str, age_us: int, now_us: int) -> float | None:
        """A value said within that time."""
        value = self._value(name, age_us, now_us)
        return float(value) if isinstance(value, int | float) else None

    def text(self, name: str, age_us: int, now_us: int) -> str:
        """A text said within that time, else an empty one."""
        value = self._value(name, age_us, now_us)
        return value if isinstance(value, str) else ""

    def code(self, name: str, now_us: int) -> int | None:
        """A quality code."""
        value = self.number(name, QUALITY_AGE_US, now_us)
        return None if value is None else int(value)

    def _value(self, name: str, age_us: int, now_us: int) -> Value:
        time_us, value = self.said.get(name, (0, None))
        return value if abs(now_us - time_us) <= age_us else None


class Memory:
    """The aircraft of one feed by address."""

    def __init__(self, most: int = MAX_AIRCRAFT) -> None:
        self._heard: dict[str, Heard] = {}
        self._most = most

    def __len__(self) -> int:
        return len(self._heard)

    def of(self, address: str) -> Heard:
        """What that aircraft said; it counts as heard now."""
        heard = self._heard.pop(address, None) or Heard()
        self._heard[address] = heard
        if len(self._heard) > self._most:
            del self._heard[next(iter(self._heard))]
        return heard


def at_position(
    address: str,
    heard: Heard,
    *,
    latitude_deg: float,
    longitude_deg: float,
    time_us: int,
    known: Known = Known.ADSB,
    on_ground: bool = False,
    default_accuracy_m: float = UNSURE_DEFAULT_M,
) -> Aircraft:
    """An aircraft at a new position with everything else it said that still holds."""
    geometric_ft, pressure_ft = _altitudes_ft(heard, time_us)
    return Aircraft(
        address=address,
        time_of_validity_us=time_us,
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        known=known,
        horizontal_accuracy_m=horizontal_accuracy_m(
            heard.code("nac_p", time_us),
            heard.code("nuc_p", time_us),
            None,
            heard.code("nic", time_us),
            default_accuracy_m,
        ),
        on_ground=on_ground,
        geometric_altitude_ft=None if on_ground else geometric_ft,
        pressure_altitude_ft=None if on_ground else pressure_ft,
        ground_speed_kt=heard.number("ground_speed_kt", MOTION_AGE_US, time_us),
        track_deg=heard.number("track_deg", MOTION_AGE_US, time_us),
        climb_fpm=heard.number("climb_fpm", MOTION_AGE_US, time_us),
        vertical_accuracy_m=GVA_M.get(heard.code("gva", time_us) or 0),
        velocity_accuracy_mps=NAC_V_MPS.get(heard.code("nac_v", time_us) or 0),
        category=heard.text("category", IDENTITY_AGE_US, time_us),
        callsign=heard.text("callsign", IDENTITY_AGE_US, time_us),
        registration=heard.text("registration", IDENTITY_AGE_US, time_us),
    )


def _altitudes_ft(heard: Heard, time_us: int) -> tuple[float | None, float | None]:
    """Geometric and pressure altitude; the first also from the second and how far they differ."""
    pressure_ft = heard.number("pressure_altitude_ft", ALTITUDE_AGE_US, time_us)
    geometric_ft = heard.number("geometric_altitude_ft", ALTITUDE_AGE_US, time_us)
    difference_ft = heard.number("geometric_less_pressure_ft", QUALITY_AGE_US, time_us)
    if geometric_ft is None and pressure_ft is not None and difference_ft is not None:
        geometric_ft = pressure_ft + difference_ft
    return geometric_ft, pressure_ft
