"""Aircraft records to JSON and back, as logged in RegisterAircraft version 1."""

from broker.core.aircraft.model import AircraftName, AircraftRecord, DataPath
from broker.core.tracks.reports import AircraftClass
from broker.journal.canonical import Fields, as_text


def record_to_json(record: AircraftRecord) -> dict[str, object]:
    """Return the record as plain JSON values."""
    return {
        "agency": record.name.agency,
        "aircraft": record.name.aircraft,
        "aircraft_class": int(record.aircraft_class),
        "country": record.country,
        "data_path": str(record.data_path),
        "expires_us": record.expires_us,
        "firmware": record.firmware,
        "ground_application": record.ground_application,
        "icao_address": record.icao_address,
        "maker": record.maker,
        "model": record.model,
        "purpose": record.purpose,
        "registration": record.registration,
        "serials": list(record.serials),
    }


def record_from_json(value: object) -> AircraftRecord:
    """Return the record that `record_to_json` wrote."""
    fields = Fields(value)
    return AircraftRecord(
        name=AircraftName(fields.text("agency"), fields.text("aircraft")),
        aircraft_class=AircraftClass(fields.whole("aircraft_class")),
        registration=fields.text("registration"),
        icao_address=fields.text("icao_address"),
        serials=tuple(as_text(item) for item in fields.items("serials")),
        maker=fields.text("maker"),
        model=fields.text("model"),
        country=fields.text("country"),
        firmware=fields.text("firmware"),
        ground_application=fields.text("ground_application"),
        data_path=DataPath(fields.text("data_path")),
        purpose=fields.text("purpose"),
        expires_us=fields.whole("expires_us"),
    )
