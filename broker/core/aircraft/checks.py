"""What a record must satisfy before it may stand in the register; every fault names its field."""

import re
from collections.abc import Sequence
from typing import Final

from broker.core.aircraft.model import AircraftRecord
from broker.core.errors import Refusal
from broker.core.units import HOUR_US

RECORDS_PER_REQUEST_MAX: Final = 500
SERIALS_MAX: Final = 10
TEXT_LENGTH_MAX: Final = 80
EXPIRES_WITHIN_US: Final = 400 * 24 * HOUR_US
"""A year and a month: a yearly renewal may be late, a register that nobody renews expires."""
_SERIAL: Final = re.compile(r"[A-Za-z0-9_-]{4,40}")
_ADDRESS: Final = re.compile(r"[0-9a-f]{6}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_TEXTS: Final = ("registration", "maker", "model", "firmware", "ground_application", "purpose")


def record_faults(records: Sequence[AircraftRecord], now_us: int) -> list[Refusal]:
    """Everything that is wrong with a request's records, one by one and with each other."""
    if not 1 <= len(records) <= RECORDS_PER_REQUEST_MAX:
        return [Refusal("aircraft", f"must be 1 to {RECORDS_PER_REQUEST_MAX} aircraft")]
    found: list[Refusal] = []
    names: dict[str, int] = {}
    for place, record in enumerate(records):
        path = f"aircraft[{place}]"
        found += (Refusal(f"{path}.{one.field}", one.reason) for one in _faults(record, now_us))
        first = names.setdefault(str(record.name), place)
        if first != place:
            found.append(Refusal(f"{path}.name", f"is also aircraft[{first}].name"))
    return found


def _faults(record: AircraftRecord, now_us: int) -> list[Refusal]:
    found: list[Refusal] = []
    for field in _TEXTS:
        value = getattr(record, field)
        if len(value) > TEXT_LENGTH_MAX:
            found.append(Refusal(field, f"must be at most {TEXT_LENGTH_MAX} characters"))
        elif not value.isprintable():
            found.append(Refusal(field, "must be printable characters"))
    if record.icao_address and not _ADDRESS.fullmatch(record.icao_address):
        found.append(Refusal("icao_address", "must be six hexadecimal digits"))
    if record.country and not _COUNTRY.fullmatch(record.country):
        found.append(Refusal("country", "must be two capital letters (ISO 3166-1)"))
    if len(record.serials) > SERIALS_MAX:
        found.append(Refusal("serials", f"must be at most {SERIALS_MAX}"))
    for place, serial in enumerate(record.serials[:SERIALS_MAX]):
        if not _SERIAL.fullmatch(serial):
            reason = "must be 4 to 40 letters, digits, '-' or '_'"
            found.append(Refusal(f"serials[{place}]", reason))
    if not record.icao_address and not record.serials and not record.registration:
        reason = "is missing: without it, an ICAO address or a serial nobody can find the aircraft"
        found.append(Refusal("registration", reason))
    if record.expires_us <= now_us:
        found.append(Refusal("expires_us", "must be in the future"))
    elif record.expires_us > now_us + EXPIRES_WITHIN_US:
        found.append(Refusal("expires_us", "must be at most 400 days ahead"))
    return found
