"""How busy the simulated London is. Every figure is a judgement with its basis beside it."""

from dataclasses import dataclass
from typing import Final

from sim.conduct import UNMOVED, Conduct

# Basis: emergency calls to police forces peak in the evening and fall to a third before dawn.
DRONE_HOURS: Final = (
    1.0, 0.75, 0.55, 0.4, 0.35, 0.35, 0.45, 0.65, 0.85, 0.95, 1.0, 1.05,
    1.1, 1.1, 1.15, 1.2, 1.3, 1.45, 1.6, 1.65, 1.6, 1.5, 1.35, 1.15,
)  # fmt: skip
# Basis: police helicopter demand peaks 2300-0100.
POLICE_HELICOPTER_HOURS: Final = (
    2.6, 2.0, 1.2, 0.7, 0.4, 0.3, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8,
    0.8, 0.8, 0.9, 0.9, 1.0, 1.0, 1.1, 1.2, 1.3, 1.5, 1.9, 2.6,
)  # fmt: skip
# Basis: air ambulance helicopters and light aircraft fly by daylight.
DAYLIGHT_HOURS: Final = (
    0.05, 0.05, 0.05, 0.05, 0.05, 0.1, 0.4, 1.0, 1.7, 1.9, 1.9, 1.9,
    1.9, 1.9, 1.9, 1.9, 1.9, 1.8, 1.6, 1.2, 0.6, 0.2, 0.1, 0.05,
)  # fmt: skip
# Basis: Heathrow's night quota leaves a few movements between 2330 and 0600.
AIRLINER_HOURS: Final = (
    0.4, 0.3, 0.3, 0.3, 0.4, 0.7, 1.1, 1.25, 1.25, 1.25, 1.25, 1.25,
    1.25, 1.25, 1.25, 1.25, 1.25, 1.25, 1.25, 1.25, 1.2, 1.1, 0.9, 0.6,
)  # fmt: skip
# 18:30: near the evening peak of drones, with helicopters still flying by daylight.
BUSY_HOUR: Final = 18.5


@dataclass(frozen=True, slots=True)
class Profile:
    """One level of traffic; per-day figures are means over a whole day."""

    name: str
    docks: int
    """One drone each, shared out over the boroughs, Islington first."""
    first_dock_share: float
    """Share of incidents taken from round the first dock, whatever happens elsewhere."""
    incidents_per_day: float
    """Incidents that a drone attends."""
    shared_share: float
    """Share of incidents attended by drones of two agencies or more."""
    second_drone_share: float
    """Share of incidents where one agency sends two drones."""
    on_scene_mean_s: float
    """Work on scene wanted, before the battery bounds one drone's part and a relay follows."""
    police_tasks_per_day: float
    air_ambulance_missions_per_day: float
    landing_beside_drone_share: float
    """Share of air ambulance missions that land at an incident with a drone."""
    neighbour_transits_per_day: float
    other_crewed_mean: float
    """Other crewed aircraft below 2,000 ft at once, mean over a day; by day twice as many."""
    adsb_mean: float
    """High ADS-B targets in range at once, mean over a day; by day a quarter more."""
    keep_clear_per_day: float
    keep_clear_mean_s: float
    surge_drones: int = 0
    """Further drones kept in the air all the time."""
    conduct: Conduct = UNMOVED
    """How drones keep to requests, warnings and agreements: here nothing reacts."""


# Basis: one dock; 29 dock flights (200 incidents a week) and 15 line-of-sight a day, mean 0.5 in
# the air; 5-6 police tasks, 3 air ambulance missions, 4-8 neighbours' transits; 2-5 requests.
TODAY: Final = Profile(
    name="today",
    docks=1,
    first_dock_share=0.66,
    incidents_per_day=40,
    shared_share=0.04,
    second_drone_share=0.04,
    on_scene_mean_s=860,
    police_tasks_per_day=5.5,
    air_ambulance_missions_per_day=3,
    landing_beside_drone_share=0.1,
    neighbour_transits_per_day=6,
    other_crewed_mean=1.8,
    adsb_mean=50,
    keep_clear_per_day=3.5,
    keep_clear_mean_s=4 * 3600,
)
# Basis: two docks a borough; 330 incidents and 450 flights a day, mean 6 in the air; 12 % shared;
# 60 keep-clear requests a day, 10-15 live at once, so they last nearly five hours.
EVERY_BOROUGH: Final = Profile(
    name="every-borough",
    docks=66,
    first_dock_share=0.0,
    incidents_per_day=330,
    shared_share=0.12,
    second_drone_share=0.05,
    on_scene_mean_s=900,
    police_tasks_per_day=5.5,
    air_ambulance_missions_per_day=4,
    landing_beside_drone_share=0.5,
    neighbour_transits_per_day=8,
    other_crewed_mean=2.2,
    adsb_mean=58,
    keep_clear_per_day=60,
    keep_clear_mean_s=4.8 * 3600,
)
# Basis: 550 incidents and 800 flights a day, mean 10 in the air, and the city surge: about 150
# drones airborne, 15 of them in one square kilometre; helicopters doubled (busy 4 at once).
SURGE: Final = Profile(
    name="surge",
    docks=66,
    first_dock_share=0.0,
    incidents_per_day=550,
    shared_share=0.12,
    second_drone_share=0.06,
    on_scene_mean_s=870,
    police_tasks_per_day=11,
    air_ambulance_missions_per_day=8,
    landing_beside_drone_share=0.5,
    neighbour_transits_per_day=16,
    other_crewed_mean=3,
    adsb_mean=66,
    keep_clear_per_day=60,
    keep_clear_mean_s=4.8 * 3600,
    surge_drones=140,
)

PROFILES: Final = {profile.name: profile for profile in (TODAY, EVERY_BOROUGH, SURGE)}


def at_hour(hours: tuple[float, ...], hour: float) -> float:
    """Rate factor at an hour of the day; its mean over the day is one."""
    return hours[int(hour) % len(hours)] * len(hours) / sum(hours)
