"""How the systems of a bench reach a gRPC server: by naming themselves, or with certificates.

Every system has a connection of its own, as partners have.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grpc
import grpc.aio

from keepclear.client.tls import channel_credentials

SYSTEM_KEY: Final = "keepclear-system"
_OWN_CONNECTION: Final = [("grpc.use_local_subchannel_pool", 1)]


class Doors:
    """Connections to one server. Used in one event loop."""

    def __init__(self, target: str, certificates: Path | None) -> None:
        self._target = target
        self._certificates = certificates
        self.opened: dict[tuple[str, str], grpc.aio.Channel] = {}

    def channel(self, agency: str, system: str) -> grpc.aio.Channel:
        """The system's connection."""
        found = self.opened.get((agency, system))
        if found is None:
            found = self.opened[agency, system] = self._open(f"{agency}-{system}")
        return found

    def metadata(self, agency: str, system: str) -> tuple[tuple[str, str], ...]:
        """What its calls say of who calls: nothing where the certificate says it."""
        if self._certificates is not None:
            return ()
        return ((SYSTEM_KEY, f"agencies/{agency}/systems/{system}"),)

    def _open(self, folder: str) -> grpc.aio.Channel:
        if self._certificates is None:
            return grpc.aio.insecure_channel(self._target, options=_OWN_CONNECTION)
        credentials = channel_credentials(self._certificates / folder)
        return grpc.aio.secure_channel(self._target, credentials, options=_OWN_CONNECTION)


@dataclass(frozen=True, slots=True)
class Entrance:
    """Where a server is reached, and by which certificates (a folder `AGENCY-SYSTEM` for each)."""

    target: str
    certificates: Path | None = None

    @asynccontextmanager
    async def doors(self) -> AsyncIterator[Doors]:
        """Connections that are closed afterwards."""
        doors = Doors(self.target, self.certificates)
        try:
            yield doors
        finally:
            for channel in doors.opened.values():
                await channel.close()
