"""The aircraft register's messages to and from the core's records."""

from typing import Final

from broker.core.aircraft.model import (
    AircraftEntries,
    AircraftName,
    AircraftRecord,
    DataPath,
    RegisteredAircraft,
)
from broker.core.commands import ControlCommand, RegisterAircraft, RemoveAircraft
from broker.core.errors import refuse
from broker.core.names import SystemName
from broker.core.tracks.reports import AircraftClass
from broker.gateways.wire.enums import AIRCRAFT_CLASS_CODES
from broker.gateways.wire.requests import checked_request_id
from keepclear.v1 import aircraft_pb2 as pb
from keepclear.v1 import presence_pb2

DATA_PATH_TO_CORE: Final = {
    pb.DATA_PATH_UNSPECIFIED: DataPath.UNKNOWN,
    pb.DATA_PATH_LOCAL: DataPath.LOCAL,
    pb.DATA_PATH_OWN_SERVER: DataPath.OWN_SERVER,
    pb.DATA_PATH_MAKER_CLOUD: DataPath.MAKER_CLOUD,
}
DATA_PATH_TO_WIRE: Final = {core: wire for wire, core in DATA_PATH_TO_CORE.items()}


def register_aircraft(request: pb.UpsertAircraftRequest, sender: SystemName) -> RegisterAircraft:
    """Refuses what cannot be read, naming the field."""
    records = tuple(
        _record(f"aircraft[{place}]", message) for place, message in enumerate(request.aircraft)
    )
    return RegisterAircraft(sender, checked_request_id(request.request_id), records)


def remove_aircraft(request: pb.RemoveAircraftRequest, sender: SystemName) -> RemoveAircraft:
    """Refuses a malformed name."""
    name = AircraftName.parse("name", request.name)
    return RemoveAircraft(sender, checked_request_id(request.request_id), name)


def _record(path: str, message: pb.Aircraft) -> AircraftRecord:
    if not 0 <= message.aircraft_class < AIRCRAFT_CLASS_CODES:
        raise refuse(f"{path}.aircraft_class", "is not a class of this contract")
    if message.data_path not in DATA_PATH_TO_CORE:
        raise refuse(f"{path}.data_path", "is not a data path of this contract")
    return AircraftRecord(
        name=AircraftName.parse(f"{path}.name", message.name),
        aircraft_class=AircraftClass(message.aircraft_class),
        registration=message.registration,
        icao_address=message.icao_address.lower(),
        serials=tuple(message.serials),
        maker=message.maker,
        model=message.model,
        country=message.country,
        firmware=message.firmware,
        ground_application=message.ground_application,
        data_path=DATA_PATH_TO_CORE[message.data_path],
        purpose=message.purpose,
        expires_us=message.expires_us,
    )


def encode_aircraft(entry: RegisteredAircraft) -> pb.Aircraft:
    """The contract's message for a registered aircraft."""
    record = entry.record
    return pb.Aircraft(
        name=str(record.name),
        aircraft_class=int(record.aircraft_class),  # type: ignore[arg-type]
        registration=record.registration,
        icao_address=record.icao_address,
        serials=record.serials,
        maker=record.maker,
        model=record.model,
        country=record.country,
        firmware=record.firmware,
        ground_application=record.ground_application,
        data_path=DATA_PATH_TO_WIRE[record.data_path],
        purpose=record.purpose,
        expires_us=record.expires_us,
        version=entry.version,
        changed_us=entry.changed_us,
    )


def aircraft_answer(
    command: ControlCommand, request_id: str, written: AircraftEntries
) -> presence_pb2.CommandAnswer:
    """The answer over MQTT to a command that changed the register."""
    messages = [encode_aircraft(entry) for entry in written.entries]
    if isinstance(command, RemoveAircraft):
        removed = pb.RemoveAircraftResponse(aircraft=messages[0])
        return presence_pb2.CommandAnswer(request_id=request_id, aircraft_removed=removed)
    response = pb.UpsertAircraftResponse(aircraft=messages)
    return presence_pb2.CommandAnswer(request_id=request_id, aircraft_written=response)
