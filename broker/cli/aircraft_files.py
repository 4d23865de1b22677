"""Files of aircraft to messages of the register: airframe lists, and tables with its own columns.

An airframe list (plane-alert-db's form) has a column ICAO. A table of our own is CSV whose headings
are the contract's fields; `name` and one of `registration`, `icao_address`, `serials` are needed,
several serials are divided by spaces.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from adapters.airframes import MAX_LIST_BYTES, Airframe, read_airframes
from broker.cli.problems import Problem
from keepclear.v1 import aircraft_pb2, common_pb2
from keepclear.v1.aircraft_pb2 import Aircraft

TEXT_COLUMNS: Final = (
    "registration", "icao_address", "maker", "model", "country", "firmware", "ground_application",
    "purpose",
)  # fmt: skip
COLUMNS: Final = ("name", "aircraft_class", "serials", "data_path", *TEXT_COLUMNS)


@dataclass(frozen=True, slots=True)
class AircraftFile:
    """What a file held, and the lines that were not used with the reason."""

    aircraft: tuple[Aircraft, ...]
    refused: tuple[tuple[str, str], ...]


def read_aircraft(path: Path, agency: str, expires_us: int) -> AircraftFile:
    """Read one file; raises Problem where it is neither kind of list."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_LIST_BYTES + 1)
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}") from error
    heads = _heads(data)
    if "icao" in heads:
        found, refusals = read_airframes(data)
        made = tuple(_of_airframe(one, agency, expires_us) for one in found.values())
        return AircraftFile(made, tuple((one.field, one.reason) for one in refusals))
    if "name" not in heads:
        raise Problem(
            f"{path} is no list of aircraft: its first line has neither ICAO nor name.",
            f"Give an airframe list, or columns out of {', '.join(COLUMNS)}.",
        )
    unknown = [head for head in heads if head not in COLUMNS]
    if unknown:
        raise Problem(f"{path}: unknown columns {', '.join(unknown)}", f"known: {COLUMNS}")
    return _own_table(data, agency, expires_us)


def _heads(data: bytes) -> list[str]:
    first = data.decode("utf-8-sig", errors="replace").partition("\n")[0]
    return [head.strip().lstrip("$#").lower() for head in first.split(",")]


def _of_airframe(airframe: Airframe, agency: str, expires_us: int) -> Aircraft:
    return Aircraft(
        name=f"agencies/{agency}/aircraft/icao-{airframe.icao_address}",
        aircraft_class=airframe.aircraft_class,
        registration=airframe.registration,
        icao_address=airframe.icao_address,
        model=airframe.type_designator,
        purpose=str(airframe.category),
        expires_us=expires_us,
    )


def _own_table(data: bytes, agency: str, expires_us: int) -> AircraftFile:
    made: list[Aircraft] = []
    refused: list[tuple[str, str]] = []
    lines = data.decode("utf-8-sig", errors="replace").splitlines()
    reader = csv.DictReader(lines[1:], fieldnames=_heads(data))
    for number, row in enumerate(reader, start=2):
        try:
            made.append(_of_row(row, agency, expires_us))
        except ValueError as error:
            refused.append((f"line {number}", str(error)))
    return AircraftFile(tuple(made), tuple(refused))


def _of_row(row: dict[str, str | None], agency: str, expires_us: int) -> Aircraft:
    words = {name: (value or "").strip() for name, value in row.items() if name in COLUMNS}
    return Aircraft(
        name=full_name(words["name"], agency),
        aircraft_class=class_of(words.get("aircraft_class", "")),
        serials=words.get("serials", "").split(),
        data_path=data_path_of(words.get("data_path", "")),
        expires_us=expires_us,
        **{name: words[name] for name in TEXT_COLUMNS if name in words},  # type: ignore[arg-type]
    )


def full_name(name: str, agency: str) -> str:
    """`fire-07` as `agencies/AGENCY/aircraft/fire-07`; a full name as it is."""
    return name if "/" in name else f"agencies/{agency}/aircraft/{name}"


def class_of(word: str) -> common_pb2.AircraftClass:
    """`drone`, `helicopter` and so on; empty is not known. Raises ValueError."""
    name = f"AIRCRAFT_CLASS_{word.strip().upper().replace('-', '_') or 'UNSPECIFIED'}"
    if name not in common_pb2.AircraftClass.keys():  # noqa: SIM118 - no mapping
        raise ValueError(f"{word!r} is not a class of aircraft")
    return cast("common_pb2.AircraftClass", common_pb2.AircraftClass.Value(name))


def data_path_of(word: str) -> aircraft_pb2.DataPath:
    """`local`, `own-server`, `maker-cloud`; empty is not known. Raises ValueError."""
    name = f"DATA_PATH_{word.strip().upper().replace('-', '_') or 'UNSPECIFIED'}"
    if name not in aircraft_pb2.DataPath.keys():  # noqa: SIM118 - no mapping
        raise ValueError(f"{word!r} is not a data path: local, own-server or maker-cloud")
    return cast("aircraft_pb2.DataPath", aircraft_pb2.DataPath.Value(name))
