"""The register: each agency's aircraft, found by name, ICAO address or serial number.

A request is written whole or not at all. An entry counts until its time: lookups after it find
nothing, and a tick takes it out.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from broker.core.aircraft.checks import record_faults
from broker.core.aircraft.model import AircraftName, AircraftRecord, DataPath, RegisteredAircraft
from broker.core.errors import NotFound, Refusal, Refused
from broker.core.plain import Plain, integer, items, mapping, text, texts
from broker.core.tracks.reports import AircraftClass

AIRCRAFT_PER_AGENCY_MAX: Final = 5_000
_WORDS: Final = (
    "registration", "icao_address", "maker", "model", "country", "firmware", "ground_application",
    "purpose",
)  # fmt: skip


class AircraftUnknown(NotFound):
    """No such aircraft in the register."""


class AircraftRegister:
    """All agencies' aircraft of one space."""

    def __init__(self) -> None:
        self._by_agency: dict[str, dict[str, RegisteredAircraft]] = {}
        self._by_mark: dict[tuple[str, str], str] = {}
        """(agency, ICAO address or serial number) -> aircraft."""
        self._by_registration: dict[tuple[str, str], dict[str, None]] = {}
        """(agency, registration) -> aircraft; nothing keeps two from having the same."""
        self._next_expiry_us: int | None = None
        self.changes = 0
        """Grows whenever an entry comes, goes or is written anew."""

    def upsert(
        self, records: Sequence[AircraftRecord], now_us: int
    ) -> tuple[RegisteredAircraft, ...]:
        """Write one agency's records; raises Refused naming every fault, and then changes nothing.

        A record that says nothing new keeps its version.
        """
        faults = record_faults(records, now_us) or self._clashes(records, now_us)
        if faults:
            raise Refused(*faults)
        return tuple(self._write(record, now_us) for record in records)

    def remove(self, name: AircraftName) -> RegisteredAircraft:
        """Take one out; raises AircraftUnknown."""
        found = self._by_agency.get(name.agency, {}).pop(name.aircraft, None)
        if found is None:
            raise AircraftUnknown(Refusal("name", f"there is no aircraft {name}"))
        self._forget_marks(found.record)
        return found

    def of_agency(self, agency: str, now_us: int) -> list[RegisteredAircraft]:
        """One agency's aircraft that still count, by name."""
        known = self._by_agency.get(agency, {})
        return [known[one] for one in sorted(known) if known[one].record.expires_us > now_us]

    def find(self, agency: str, mark: str, now_us: int) -> AircraftRecord | None:
        """By the ICAO address or serial number of one of the agency's aircraft."""
        name = self._by_mark.get((agency, mark))
        found = None if name is None else self._by_agency[agency][name].record
        return None if found is None or found.expires_us <= now_us else found

    def flown(self, agency: str, marks: Sequence[str]) -> AircraftRecord | None:
        """The agency's entry with the first of these addresses, serial numbers or registrations.

        What has expired is found until a tick has taken it out.
        """
        for mark in marks:
            name = self._by_mark.get((agency, mark)) if mark else None
            if name is None and mark:
                name = min(self._by_registration.get((agency, mark), ()), default=None)
            if name is not None:
                return self._by_agency[agency][name].record
        return None

    def advance(self, now_us: int) -> None:
        """Take out what has expired."""
        if self._next_expiry_us is None or now_us < self._next_expiry_us:
            return
        for agency in self._by_agency:
            for entry in list(self._by_agency[agency].values()):
                if entry.record.expires_us <= now_us:
                    self.remove(entry.record.name)
        self._find_next_expiry()

    def _clashes(self, records: Sequence[AircraftRecord], now_us: int) -> list[Refusal]:
        """Marks that two aircraft of one agency would have, and more aircraft than there is room.

        What an aircraft of the same request gives up is free for another.
        """
        self.advance(now_us)
        agency = records[0].name.agency
        written = {record.name.aircraft for record in records}
        claimed: dict[str, str] = {}
        found: list[Refusal] = []
        for place, record in enumerate(records):
            for field, mark in _marks(record):
                owner = claimed.get(mark) or self._by_mark.get((agency, mark))
                if owner in written and mark not in claimed:
                    owner = None
                if owner is not None and owner != record.name.aircraft:
                    reason = f"is already that of agencies/{agency}/aircraft/{owner}"
                    found.append(Refusal(f"aircraft[{place}].{field}", reason))
                claimed.setdefault(mark, record.name.aircraft)
        if len(written | self._by_agency.get(agency, {}).keys()) > AIRCRAFT_PER_AGENCY_MAX:
            reason = f"at most {AIRCRAFT_PER_AGENCY_MAX} aircraft an agency"
            found.append(Refusal("aircraft", reason))
        return found

    def _write(self, record: AircraftRecord, now_us: int) -> RegisteredAircraft:
        known = self._by_agency.setdefault(record.name.agency, {})
        before = known.get(record.name.aircraft)
        if before is not None and before.record == record:
            return before
        if before is not None:
            self._forget_marks(before.record)
        version = 1 if before is None else before.version + 1
        made = RegisteredAircraft(record, version, now_us)
        self._put(made)
        return made

    def _put(self, entry: RegisteredAircraft) -> None:
        name = entry.record.name
        self._by_agency.setdefault(name.agency, {})[name.aircraft] = entry
        for _, mark in _marks(entry.record):
            self._by_mark[name.agency, mark] = name.aircraft
        if entry.record.registration:
            registered = (name.agency, entry.record.registration)
            self._by_registration.setdefault(registered, {})[name.aircraft] = None
        self.changes += 1
        expires_us = entry.record.expires_us
        self._next_expiry_us = min(expires_us, self._next_expiry_us or expires_us)

    def _forget_marks(self, record: AircraftRecord) -> None:
        for _, mark in _marks(record):
            if self._by_mark.get((record.name.agency, mark)) == record.name.aircraft:
                del self._by_mark[record.name.agency, mark]
        registered = (record.name.agency, record.registration)
        self._by_registration.get(registered, {}).pop(record.name.aircraft, None)
        self.changes += 1

    def _find_next_expiry(self) -> None:
        times_us = [
            entry.record.expires_us
            for known in self._by_agency.values()
            for entry in known.values()
        ]
        self._next_expiry_us = min(times_us, default=None)

    def state(self) -> list[Plain]:
        """For a snapshot."""
        return [
            _entry_state(self._by_agency[agency][name])
            for agency in sorted(self._by_agency)
            for name in sorted(self._by_agency[agency])
        ]

    def restore(self, state: Plain) -> None:
        """From a snapshot."""
        for item in items(state):
            self._put(_entry(mapping(item)))


def _marks(record: AircraftRecord) -> list[tuple[str, str]]:
    """Field and value of what an aircraft is found by."""
    marks = [(f"serials[{place}]", serial) for place, serial in enumerate(record.serials)]
    return [("icao_address", record.icao_address), *marks] if record.icao_address else marks


def _entry_state(entry: RegisteredAircraft) -> Plain:
    record = entry.record
    state: dict[str, Plain] = {name: getattr(record, name) for name in _WORDS}
    return state | {
        "agency": record.name.agency,
        "aircraft": record.name.aircraft,
        "aircraft_class": int(record.aircraft_class),
        "serials": list(record.serials),
        "data_path": str(record.data_path),
        "expires_us": record.expires_us,
        "version": entry.version,
        "changed_us": entry.changed_us,
    }


def _entry(state: dict[str, Plain]) -> RegisteredAircraft:
    blank = AircraftRecord(
        name=AircraftName(text(state["agency"]), text(state["aircraft"])),
        aircraft_class=AircraftClass(integer(state["aircraft_class"])),
        registration="", icao_address="", maker="", model="", country="", firmware="",
        ground_application="", purpose="",
        serials=tuple(texts(state["serials"])),
        data_path=DataPath(text(state["data_path"])),
        expires_us=integer(state["expires_us"]),
    )  # fmt: skip
    words = {name: text(state[name]) for name in _WORDS}
    record = replace(blank, **words)  # type: ignore[arg-type]
    return RegisteredAircraft(record, integer(state["version"]), integer(state["changed_us"]))
