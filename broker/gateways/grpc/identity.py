"""Who is calling, as the gate found out before the method ran."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

from google.rpc import code_pb2

from broker.core.errors import Refused
from broker.core.names import SystemName
from broker.core.sharing.roles import Action, Zone
from broker.gateways.grpc.errors import Context, abort

SYSTEM_METADATA_KEY: Final = "keepclear-system"

CALLER: Final[ContextVar[SystemName | None]] = ContextVar("caller", default=None)
"""Set by the gate, in the call's own task."""

Narrow = Callable[[Action, Zone | None], None]
NARROW: Final[ContextVar[Narrow | None]] = ContextVar("narrow", default=None)


def narrow_call(action: Action, area: Zone | None) -> None:
    """Say what this call really is, once the request told: it is rechecked as that."""
    narrow = NARROW.get()
    if narrow is not None:
        narrow(action, area)


async def calling_system(context: Context) -> SystemName:
    """The system that calls; ends the call as UNAUTHENTICATED if the gate knows none."""
    system = CALLER.get()
    if system is None:
        await abort(context, code_pb2.UNAUTHENTICATED, "the caller is not known")
    return system


async def claimed_system(context: Context) -> SystemName:
    """The system named in the call's metadata; ends the call as UNAUTHENTICATED without one."""
    names = claimed_names(context)
    if len(names) != 1:
        text = (
            f"metadata {SYSTEM_METADATA_KEY} must name the calling system once, "
            "as agencies/{agency}/systems/{system}"
        )
        await abort(context, code_pb2.UNAUTHENTICATED, text)
    try:
        return SystemName.parse(SYSTEM_METADATA_KEY, names[0])
    except Refused as refused:
        await abort(context, code_pb2.UNAUTHENTICATED, str(refused))


def claimed_names(context: Context) -> list[str]:
    """Every name in the call's metadata."""
    return [
        value
        for key, value in context.invocation_metadata() or ()
        if key == SYSTEM_METADATA_KEY and isinstance(value, str)
    ]
