"""Who is calling. Without TLS the name is claimed, not proven, and the feed says so."""

from typing import Final

from google.rpc import code_pb2

from broker.core.errors import Refused
from broker.core.names import SystemName
from broker.gateways.grpc.errors import Context, abort

SYSTEM_METADATA_KEY: Final = "keepclear-system"


async def calling_system(context: Context) -> SystemName:
    """The system named in the call's metadata; ends the call as UNAUTHENTICATED without one."""
    names = [
        value for key, value in context.invocation_metadata() or () if key == SYSTEM_METADATA_KEY
    ]
    if len(names) != 1 or not isinstance(names[0], str):
        text = (
            f"metadata {SYSTEM_METADATA_KEY} must name the calling system once, "
            "as agencies/{agency}/systems/{system}"
        )
        await abort(context, code_pb2.UNAUTHENTICATED, text)
    try:
        return SystemName.parse(SYSTEM_METADATA_KEY, names[0])
    except Refused as refused:
        await abort(context, code_pb2.UNAUTHENTICATED, str(refused))
