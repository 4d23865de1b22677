"""Python client for partners: publish positions, read the feed, set restrictions.

async with Client("127.0.0.1:50051", "agencies/police/systems/fleet") as client:
    await client.publish([report("drone-1", latitude_deg=51.5, longitude_deg=-0.1, ...)])
    async for message in client.follow():
        ...
"""

from keepclear.client.backoff import Backoff
from keepclear.client.build import report
from keepclear.client.client import Client
from keepclear.client.errors import (
    Gap,
    GapError,
    KeepclearError,
    RefusedError,
    UnavailableError,
)

__all__ = [
    "Backoff",
    "Client",
    "Gap",
    "GapError",
    "KeepclearError",
    "RefusedError",
    "UnavailableError",
    "report",
]
