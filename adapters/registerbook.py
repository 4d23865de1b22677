"""The agency's own aircraft register, as a feed looks it up: by address or serial number.

The register is kept in the broker, by the agency that answers for it; a copy is fetched at the
start and renewed every minute. While the broker cannot be asked the last copy stands: an aircraft
does not become another because a connection is down. A callsign is never looked up, for anyone can
transmit one.
"""

import asyncio
from collections.abc import Iterable
from typing import Protocol

import structlog

from keepclear.client import Backoff, KeepclearError
from keepclear.v1.aircraft_pb2 import Aircraft

RENEWED_S = 60.0
RETRY_FIRST_S = 1.0

log = structlog.get_logger("keepclear.adapters")


class Lister(Protocol):
    """What is needed of `keepclear.client.Client`."""

    async def list_aircraft(self) -> list[Aircraft]:
        """The agency's own aircraft."""
        ...


class RegisterBook:
    """One agency's aircraft; empty until somebody has fetched them."""

    def __init__(self, aircraft: Iterable[Aircraft] = ()) -> None:
        self._by_address: dict[str, Aircraft] = {}
        self._by_serial: dict[str, Aircraft] = {}
        self.take(aircraft)

    def take(self, aircraft: Iterable[Aircraft]) -> None:
        """These are all there are now."""
        listed = list(aircraft)
        self._by_address = {one.icao_address: one for one in listed if one.icao_address}
        self._by_serial = {serial: one for one in listed for serial in one.serials}

    def by_address(self, icao_address: str) -> Aircraft | None:
        """The aircraft with this address, six lower-case hexadecimal digits."""
        return self._by_address.get(icao_address)

    def by_serial(self, serial: str) -> Aircraft | None:
        """The aircraft with this serial number."""
        return self._by_serial.get(serial)


def short_name(aircraft: Aircraft) -> str:
    """What its agency calls it: the last part of its name in the register."""
    return aircraft.name.rpartition("/")[2]


async def keep_renewed(book: RegisterBook, lister: Lister, backoff: Backoff | None = None) -> None:
    """Fetch the register now and every minute, until cancelled."""
    waits = backoff or Backoff(RETRY_FIRST_S, RENEWED_S)
    last_error = ""
    while True:
        try:
            book.take(await lister.list_aircraft())
        except KeepclearError as error:
            if str(error) != last_error:  # once, not at every try
                log.warning("aircraft register not read", error=str(error))
            last_error = str(error)
            await asyncio.sleep(waits.next_s())
        else:
            last_error = ""
            waits.reset()
            await asyncio.sleep(RENEWED_S)
