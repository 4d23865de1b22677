"""Alert ids: one for each encounter, the same for every audience, and nothing to be read in it.

Two desks speak of one alert by its id, so an id is not made for each audience as track ids are. It
is keyed instead: whoever holds ids of several alerts, without the log's secret, can tell neither
which track numbers they were made from nor whether one hidden aircraft is in two of them. The same
log has the same secret, so that a replay gives the same ids.
"""

from hashlib import blake2b
from typing import Final

ALERT_ID_BYTES: Final = 8


def encounter_id(secret: bytes, *what: object) -> str:
    """The id of one alert of a pair, or of an aircraft and a restriction; `what` names it once."""
    return f"alr-{_keyed(secret, 'alert', what)}"


def cluster_id(secret: bytes, *what: object) -> str:
    """The id of one cluster."""
    return f"alc-{_keyed(secret, 'cluster', what)}"


def _keyed(secret: bytes, kind: str, what: tuple[object, ...]) -> str:
    message = "\n".join([kind, *map(str, what)]).encode()
    return blake2b(message, digest_size=ALERT_ID_BYTES, key=secret).hexdigest()
