"""Reading the terms of an agreement from a TOML file, as people write and sign them."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from broker.cli import values
from broker.cli.problems import Problem
from broker.core.units import SECOND_US
from keepclear.v1 import agreements_pb2 as pb
from keepclear.v1.sharing_pb2 import SHARING_LEVEL_MASKED, SHARING_LEVEL_OPEN
from keepclear.v1.volumes_pb2 import Circle, LatLng, Polygon, VerticalLimit

FILE_BYTES_MAX: Final = 1_000_000
_LEVELS: Final = {"open": SHARING_LEVEL_OPEN, "masked": SHARING_LEVEL_MASKED}


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Party(_Table):
    agency: str
    desk: str
    telephone: str = ""
    talkgroup: str = ""


class _Circle(_Table):
    latitude_deg: float
    longitude_deg: float
    radius_m: float


class _Area(_Table):
    label: str = ""
    circle: _Circle | None = None
    polygon: tuple[tuple[float, float], ...] | None = None
    floor: str = "surface"
    ceiling: str = "unlimited"


class _Share(_Table):
    owner: str
    readers: tuple[str, ...]
    level: Literal["open", "masked"] = "open"


class _File(_Table):
    id: str
    title: str
    policy_version: str = ""
    valid_from: datetime | None = Field(default=None, alias="from")
    until: datetime
    outage_script: str
    parties: tuple[_Party, ...]
    areas: tuple[_Area, ...] = ()
    shares: tuple[_Share, ...] = ()


def read_terms(file: Path) -> pb.Agreement:
    """The file's terms as the contract's message; its `id` is in `name`, not yet a full name."""
    try:
        raw = file.read_bytes()
        if len(raw) > FILE_BYTES_MAX:
            raise Problem(f"{file} is over {FILE_BYTES_MAX} bytes.")
        given = _File.model_validate(tomllib.loads(raw.decode("utf-8")))
    except OSError as error:
        raise Problem(f"{file} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Problem(f"{file} is not TOML: {error}.") from None
    except ValidationError as error:
        raise Problem(f"{file} is not an agreement.", "\n".join(_faults(error))) from None
    return pb.Agreement(
        name=given.id,
        title=given.title,
        parties=[pb.AgreementParty(**party.model_dump()) for party in given.parties],
        areas=[_area(f"areas.{place}", area) for place, area in enumerate(given.areas)],
        shares=[
            pb.AgreementShare(owner=share.owner, reader=reader, level=_LEVELS[share.level])
            for share in given.shares
            for reader in share.readers
        ],
        policy_version=given.policy_version,
        from_us=0 if given.valid_from is None else _time_us("from", given.valid_from),
        until_us=_time_us("until", given.until),
        outage_script=given.outage_script,
    )


def _area(field: str, area: _Area) -> pb.AgreementArea:
    message = pb.AgreementArea(
        label=area.label,
        floor=_limit(f"{field}.floor", area.floor),
        ceiling=_limit(f"{field}.ceiling", area.ceiling),
    )
    if area.circle is not None:
        center = LatLng(
            latitude_deg=area.circle.latitude_deg, longitude_deg=area.circle.longitude_deg
        )
        message.circle.CopyFrom(Circle(center=center, radius_m=area.circle.radius_m))
    elif area.polygon is not None:
        vertices = [LatLng(latitude_deg=one, longitude_deg=two) for one, two in area.polygon]
        message.polygon.CopyFrom(Polygon(vertices=vertices))
    return message


def _limit(field: str, text: str) -> VerticalLimit:
    try:
        return values.vertical_limit(text)
    except ValueError as error:
        raise Problem(f"{field}: {error}.") from None


def _time_us(field: str, at: datetime) -> int:
    if at.tzinfo is None:
        raise Problem(f"{field} has no time zone.", f"Write {at.isoformat()}Z for UTC.")
    return round(at.timestamp()) * SECOND_US


def _faults(error: ValidationError) -> list[str]:
    faults: list[Any] = list(error.errors())
    return [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in faults]
