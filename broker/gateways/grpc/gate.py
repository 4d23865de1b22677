"""The gate in front of every gRPC method: who calls, may they, and is it not too much?

It stands before all services, so that a method nobody thought about is refused, not open. Calls
that live long are remembered with the certificate they came with: when it is revoked or expires,
or its roles change, the call is cut.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeAlias

import grpc
import structlog
from google.rpc import code_pb2

from broker.core.errors import Refused
from broker.core.names import SystemName
from broker.core.sharing.decision import Decision
from broker.core.sharing.roles import Action, Zone
from broker.gateways.grpc.callers import Caller, Callers
from broker.gateways.grpc.errors import Context, abort, abort_overloaded, rule_details
from broker.gateways.grpc.identity import CALLER, NARROW
from broker.gateways.wire.actions import HEALTH_METHODS, METHOD_ACTIONS, REFLECTION_METHOD
from broker.service.access import Access
from broker.service.clock import Clock
from broker.service.engine import Overloaded

CUT_GRACE_S: Final = 0.5
"""How long a call that is cut may take to be told why, before it is ended without a word."""

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Continuation: TypeAlias = "Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]]"

log = structlog.get_logger()


@dataclass(eq=False, slots=True)
class LiveCall:
    """A call that is under way."""

    caller: Caller
    action: Action
    context: Context
    task: "asyncio.Task[Any] | None"
    area: Zone | None
    """The part of the sky it reads; as long as the request is not read, its zone."""

    def narrow(self, action: Action, area: Zone | None) -> None:
        """What the request turned out to ask for."""
        self.action, self.area = action, area


class Gate(grpc.aio.ServerInterceptor):
    """Lets calls in, and cuts them when they may no longer go on."""

    def __init__(self, access: Access, callers: Callers, clock: Clock) -> None:
        self._access = access
        self._callers = callers
        self._clock = clock
        self._live: dict[LiveCall, None] = {}
        self._endings: set[asyncio.Task[None]] = set()

    async def intercept_service(
        self, continuation: Continuation, details: grpc.HandlerCallDetails
    ) -> "Handler | None":
        """Put the gate before a method's handler."""
        handler = await continuation(details)
        method = str(details.method)
        if handler is None:
            return None
        if not self._callers.proven and (method in HEALTH_METHODS or method == REFLECTION_METHOD):
            return handler
        action = Action.CHECK_HEALTH if method in HEALTH_METHODS else METHOD_ACTIONS.get(method)
        return _wrapped(handler, _Admission(self, action, method))

    def recheck(self) -> None:
        """Cut every call that would not be let in now. Called in the loop."""
        for call in list(self._live):
            try:
                self._callers.check(call.caller)
            except Refused as refused:
                self._cut(call, code_pb2.UNAUTHENTICATED, str(refused))
                continue
            decision = self._access.decide(call.caller.system, call.action, area=call.area)
            if not decision.allowed:
                self._cut(call, code_pb2.PERMISSION_DENIED, decision.reason, decision.rule)

    async def admit(self, action: Action | None, method: str, context: Context) -> LiveCall:
        """Find out who calls and decide; ends the call if it may not go on."""
        caller = await self._callers.identify(context)
        if action is None:
            text = f"no rule covers {method}: it is refused"
            await deny(context, Decision(False, text))
        # Its own zone: a call that is confined to a part of the sky says later which part it reads.
        zone = self._access.zone(caller.system)
        decision = self._access.decide(caller.system, action, area=zone)
        if not decision.allowed:
            await deny(context, decision)
        CALLER.set(caller.system)
        call = LiveCall(caller, action, context, asyncio.current_task(), zone)
        NARROW.set(call.narrow)
        self._live[call] = None
        return call

    def release(self, call: LiveCall) -> None:
        """The call has ended."""
        self._live.pop(call, None)

    async def count(self, system: SystemName, request: Any, context: Context) -> None:
        """Count a message against its sender's limits; ends the call when it is too much."""
        reports = getattr(request, "reports", ())
        reason = self._access.over_limit(
            system,
            self._clock.now_us(),
            reports=len(reports),
            size_bytes=request.ByteSize() if self._callers.proven else 0,
        )
        if reason:
            await abort_overloaded(context, reason)

    def _cut(self, call: LiveCall, code: int, reason: str, rule: str = "") -> None:
        self.release(call)
        log.warning("call-cut", system=str(call.caller.system), why=reason)

        async def end() -> None:
            with suppress(grpc.aio.AbortError, asyncio.TimeoutError, grpc.aio.UsageError):
                async with asyncio.timeout(CUT_GRACE_S):
                    await abort(call.context, code, reason, *rule_details(rule))
            if call.task is not None:
                call.task.cancel()

        ending = asyncio.get_running_loop().create_task(end())
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)


async def deny(context: Context, decision: Decision) -> NoReturn:
    """End the call with the decision's reason and the rule that decided."""
    details = rule_details(decision.rule)
    await abort(context, code_pb2.PERMISSION_DENIED, decision.reason, *details)


@dataclass(frozen=True, slots=True)
class _Admission:
    """The gate, for one method."""

    gate: Gate
    action: Action | None
    method: str

    async def enter(self, context: Context) -> LiveCall:
        return await self.gate.admit(self.action, self.method, context)


def _wrapped(handler: Handler, admission: _Admission) -> Handler:
    """The same method behind the gate."""
    sides = (handler.request_deserializer, handler.response_serializer)
    if handler.unary_unary is not None:
        single = _single(handler.unary_unary, admission)
        return grpc.unary_unary_rpc_method_handler(single, *sides)
    if handler.unary_stream is not None:
        if not inspect.isasyncgenfunction(handler.unary_stream):
            return grpc.unary_stream_rpc_method_handler(
                _single(handler.unary_stream, admission), *sides
            )
        stream = _streaming(handler.unary_stream, admission)
        return grpc.unary_stream_rpc_method_handler(stream, *sides)
    if handler.stream_stream is not None:
        both = _both_streaming(handler.stream_stream, admission)
        return grpc.stream_stream_rpc_method_handler(both, *sides)
    # Nothing of the contract streams requests alone; what cannot be guarded is not served.
    return grpc.unary_unary_rpc_method_handler(_refusing(admission), *sides)


def _single(behavior: Any, admission: _Admission) -> Any:
    async def run(request: Any, context: Context) -> Any:
        call = await admission.enter(context)
        try:
            await admission.gate.count(call.caller.system, request, context)
            return await behavior(request, context)
        except Overloaded:
            await abort_overloaded(context)
        finally:
            admission.gate.release(call)

    return run


def _streaming(behavior: Any, admission: _Admission) -> Any:
    async def run(request: Any, context: Context) -> AsyncIterator[Any]:
        call = await admission.enter(context)
        try:
            await admission.gate.count(call.caller.system, request, context)
            async with aclosing(behavior(request, context)) as responses:
                async for response in responses:
                    yield response
        except Overloaded:
            await abort_overloaded(context)
        finally:
            admission.gate.release(call)

    return run


def _both_streaming(behavior: Any, admission: _Admission) -> Any:
    async def run(requests: AsyncIterator[Any], context: Context) -> AsyncIterator[Any]:
        call = await admission.enter(context)
        system = call.caller.system

        async def counted() -> AsyncIterator[Any]:
            async for request in requests:
                await admission.gate.count(system, request, context)
                yield request

        try:
            async with aclosing(behavior(counted(), context)) as responses:
                async for response in responses:
                    yield response
        except Overloaded:
            await abort_overloaded(context)
        finally:
            admission.gate.release(call)

    return run


def _refusing(admission: _Admission) -> Any:
    async def run(_request: Any, context: Context) -> None:
        await deny(context, Decision(False, f"{admission.method} is not served"))

    return run
