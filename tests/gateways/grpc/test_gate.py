"""Nothing gets past the gate that no rule lets in, and what may not go on is cut."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from google.rpc import code_pb2, error_details_pb2

from broker.core.errors import Refused, refuse
from broker.core.names import SystemName
from broker.core.sharing.roles import AccessRole, Action, Subject, Terms, Zone
from broker.gateways.grpc import gate as module
from broker.gateways.grpc.callers import Caller, Callers
from broker.gateways.grpc.gate import Gate
from broker.gateways.grpc.identity import calling_system, narrow_call
from broker.service.access import Access, Limits
from broker.service.clock import VirtualClock
from keepclear.v1 import feed_pb2, tracks_pb2
from tests.gateways.grpc.calls import LFB, MET, Call, by
from tests.patience import PATIENCE_S

PUBLISH = "/keepclear.v1.TrackService/PublishTracks"
SUBSCRIBE = "/keepclear.v1.FeedService/Subscribe"
ACKNOWLEDGE = "/keepclear.v1.AlertService/AcknowledgeAlert"
HEALTH = "/grpc.health.v1.Health/Check"
ZONE = Zone(51.0, -1.0, 52.0, 1.0)


@dataclass
class Details:
    """A call as gRPC announces it."""

    method: str


class Known:
    """The register, which may change while calls are under way."""

    def __init__(self) -> None:
        self.roles = {MET: set(AccessRole) - {AccessRole.AIR_TRAFFIC_CONTROL}}
        self.zone: Zone | None = None

    def subject(self, system: SystemName) -> Subject | None:
        roles = self.roles.get(str(system))
        return None if roles is None else Subject(system, frozenset(roles), self.zone)


class Proven(Callers):
    """Callers with certificates: their names are believed here, and may be revoked."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self.revoked = False

    @property
    def proven(self) -> bool:
        return True

    def check(self, caller: Caller) -> None:
        if self.revoked:
            raise refuse("certificate", f"of {caller.system} was revoked")


@dataclass
class Guarded:
    """A gate, and the methods behind it, which note who reached them."""

    limits: Limits | None = None
    proven: bool = False
    known: Known = field(default_factory=Known)
    reached: list[str] = field(default_factory=list)
    begun: "asyncio.Queue[None]" = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        clock = VirtualClock(0)
        terms = Terms(frozenset({"met", "lfb"}))
        self.access = Access(lambda: terms, self.known, self.limits)
        self.callers = Proven(clock) if self.proven else Callers(clock)
        self.gate = Gate(self.access, self.callers, clock)

    async def handler(self, method: str, behaviour: Any, kind: str = "unary_unary") -> Any:
        """The method's handler behind the gate."""
        make = getattr(grpc, f"{kind}_rpc_method_handler")

        async def found(_details: object) -> Any:
            return make(behaviour)

        return await self.gate.intercept_service(found, Details(method))  # type: ignore[arg-type]

    async def answer(self, _request: object, context: Any) -> str:
        """A method that answers."""
        self.reached.append(str(await calling_system(context)))
        return "answer"

    async def wait(self, _request: object, _context: object) -> str:
        """A method that takes for ever."""
        self.begun.put_nowait(None)
        await asyncio.Event().wait()
        return ""

    async def one(self, method: str, call: Call, request: Any = None) -> Any:
        """A single call of a method that answers."""
        handler = await self.handler(method, self.answer)
        return await handler.unary_unary(request or feed_pb2.SubscribeRequest(), call)

    async def begin(self, method: str, call: Call, behaviour: Any = None) -> "asyncio.Task[Any]":
        """A call that is under way."""
        handler = await self.handler(method, behaviour or self.wait)
        answered = handler.unary_unary(feed_pb2.SubscribeRequest(), call)
        task: asyncio.Task[Any] = asyncio.ensure_future(answered)
        await self.begun.get()
        return task


async def ended(task: "asyncio.Task[Any]") -> bool:
    """Whether the task was cancelled, within a time that nothing here comes near."""
    done, _ = await asyncio.wait([task], timeout=PATIENCE_S)
    return bool(done) and task.cancelled()


async def test_who_may_reaches_the_method_under_its_name() -> None:
    guarded = Guarded()
    assert await guarded.one(ACKNOWLEDGE, by()) == "answer"
    assert guarded.reached == [MET]


@pytest.mark.parametrize(
    ("method", "call", "code"),
    [
        ("/keepclear.v1.TrackService/Forgotten", by(), code_pb2.PERMISSION_DENIED),
        (ACKNOWLEDGE, by(LFB), code_pb2.PERMISSION_DENIED),
        (ACKNOWLEDGE, by("agencies/nobody/systems/x"), code_pb2.PERMISSION_DENIED),
        (ACKNOWLEDGE, Call(), code_pb2.UNAUTHENTICATED),
        (ACKNOWLEDGE, by("dispatch"), code_pb2.UNAUTHENTICATED),
        (
            ACKNOWLEDGE,
            Call(("keepclear-system", MET), ("keepclear-system", LFB)),
            code_pb2.UNAUTHENTICATED,
        ),
    ],
)
async def test_nobody_else_reaches_it(method: str, call: Call, code: int) -> None:
    # REQ-SEC-011
    guarded = Guarded()
    with pytest.raises(grpc.aio.AbortError):
        await guarded.one(method, call)
    assert call.code == code
    assert guarded.reached == []


async def test_a_denial_names_the_rule_and_every_kind_of_method_is_guarded() -> None:
    # REQ-SEC-011
    async def stream(_request: object, _context: object) -> AsyncIterator[str]:
        yield "secret"

    guarded = Guarded()
    guarded.known.roles[MET] = {AccessRole.PUBLISHER}
    for kind, behaviour in (
        ("unary_unary", guarded.answer),
        ("unary_stream", stream),
        ("unary_stream", guarded.answer),
        ("stream_stream", stream),
    ):
        call = by()
        handler = await guarded.handler(SUBSCRIBE, behaviour, kind)
        answered = getattr(handler, kind)(feed_pb2.SubscribeRequest(), call)
        with pytest.raises(grpc.aio.AbortError):
            await (anext(answered) if hasattr(answered, "__anext__") else answered)
        assert (call.code, call.rule) == (code_pb2.PERMISSION_DENIED, "deny-by-default")
    assert guarded.reached == []


async def test_a_method_that_only_its_requests_stream_is_not_served() -> None:
    guarded, call = Guarded(), by()
    handler = await guarded.handler(PUBLISH, guarded.answer, "stream_unary")
    with pytest.raises(grpc.aio.AbortError):
        await handler.unary_unary(None, call)
    assert call.status is not None
    assert "is not served" in call.status.message
    assert guarded.reached == []


@pytest.mark.parametrize(("proven", "reached"), [(False, ["asked"]), (True, [])])
async def test_health_is_open_to_all_only_where_names_are_claimed(
    proven: bool, reached: list[str]
) -> None:
    guarded = Guarded(proven=proven)

    async def healthy(_request: object, _context: object) -> str:
        guarded.reached.append("asked")
        return "serving"

    handler = await guarded.handler(HEALTH, healthy)
    call = by(LFB) if proven else Call()
    try:
        await handler.unary_unary(feed_pb2.SubscribeRequest(), call)
    except grpc.aio.AbortError:
        assert call.rule == "not-enrolled"
    assert guarded.reached == reached


async def test_what_is_over_the_limit_does_not_reach_the_method() -> None:
    # REQ-SEC-012
    guarded = Guarded(Limits(requests_per_s=1))
    for _ in range(2):
        await guarded.one(ACKNOWLEDGE, by())
    call = by()
    with pytest.raises(grpc.aio.AbortError):
        await guarded.one(ACKNOWLEDGE, call)
    assert call.code == code_pb2.RESOURCE_EXHAUSTED
    assert call.detail(error_details_pb2.RetryInfo).retry_delay.seconds == 1
    assert guarded.reached == [MET, MET]


@pytest.mark.parametrize(("proven", "code"), [(False, 0), (True, code_pb2.RESOURCE_EXHAUSTED)])
async def test_bytes_are_counted_where_names_are_proven(proven: bool, code: int) -> None:
    # REQ-SEC-012: where they are claimed, a limit of a name would limit nobody.
    guarded, call = Guarded(Limits(bytes_per_s=1), proven), by()
    large = feed_pb2.SubscribeRequest(resume_token=bytes(50))
    for _ in range(2):
        try:
            await guarded.one(ACKNOWLEDGE, call, large)
        except grpc.aio.AbortError:
            break
    assert call.code == code


async def test_every_message_of_a_stream_is_counted() -> None:
    # REQ-SEC-012
    guarded, call, closed = Guarded(Limits(reports_per_s=1)), by(), list[bool]()

    async def publish(requests: AsyncIterator[Any], _context: object) -> AsyncIterator[str]:
        try:
            async for request in requests:
                guarded.reached.append(request.batch_id)
                yield request.batch_id
        finally:
            closed.append(True)

    async def batches() -> AsyncIterator[Any]:
        for name in "abc":
            reports = [tracks_pb2.TrackReport()]
            yield tracks_pb2.PublishTracksRequest(batch_id=name, reports=reports)

    handler = await guarded.handler(PUBLISH, publish, "stream_stream")
    with pytest.raises(grpc.aio.AbortError):
        async for _ in handler.stream_stream(batches(), call):
            pass
    assert guarded.reached == ["a", "b"]
    assert closed == [True]
    assert call.code == code_pb2.RESOURCE_EXHAUSTED


async def test_a_reader_that_goes_away_closes_the_method() -> None:
    guarded, closed = Guarded(), list[bool]()

    async def stream(_request: object, _context: object) -> AsyncIterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.append(True)

    handler = await guarded.handler(SUBSCRIBE, stream, "unary_stream")
    responses = handler.unary_stream(feed_pb2.SubscribeRequest(), by())
    assert await anext(responses) == 1
    await responses.aclose()
    assert closed == [True]
    guarded.known.roles.clear()
    guarded.gate.recheck()
    assert not guarded.gate._endings, "a call that has ended is not cut"


async def test_a_role_that_is_taken_away_cuts_the_call_and_leaves_the_others() -> None:
    # REQ-SEC-003
    guarded, publishing, acknowledging = Guarded(), by(), by()
    first = await guarded.begin(PUBLISH, publishing)
    second = await guarded.begin(ACKNOWLEDGE, acknowledging)
    guarded.gate.recheck()
    await asyncio.sleep(0)
    assert not first.done()
    guarded.known.roles[MET] -= {AccessRole.PUBLISHER}
    guarded.gate.recheck()
    assert await ended(first)
    assert (publishing.code, publishing.rule) == (code_pb2.PERMISSION_DENIED, "deny-by-default")
    assert acknowledging.code == 0
    assert not second.done()
    second.cancel()


async def test_a_revoked_certificate_cuts_the_call() -> None:
    # REQ-SEC-003
    guarded, call = Guarded(proven=True), by()
    task = await guarded.begin(ACKNOWLEDGE, call)
    assert isinstance(guarded.callers, Proven)
    guarded.callers.revoked = True
    guarded.gate.recheck()
    assert await ended(task)
    assert call.status is not None
    assert call.code == code_pb2.UNAUTHENTICATED
    assert "was revoked" in call.status.message


async def test_a_call_that_will_not_hear_why_is_ended_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # REQ-SEC-003
    monkeypatch.setattr(module, "CUT_GRACE_S", 0.01)
    guarded, call = Guarded(), by(takes_reasons=False)
    task = await guarded.begin(ACKNOWLEDGE, call)
    guarded.known.roles.clear()
    guarded.gate.recheck()
    assert await ended(task)
    assert call.status is None


async def test_a_call_is_held_to_what_its_request_asked_for() -> None:
    # REQ-PRIV-003: let in for its zone, it goes on as the reader of another view.
    guarded, call = Guarded(), by()
    guarded.known.roles[MET] = {AccessRole.DESK}

    async def narrowed(request: object, context: object) -> str:
        narrow_call(Action.READ_DESK_VIEW, None)
        return await guarded.wait(request, context)

    task = await guarded.begin(SUBSCRIBE, call, narrowed)
    guarded.known.roles[MET] = {AccessRole.APPROVER}
    assert guarded.access.decide(SystemName("met", "dispatch"), Action.READ_NEUTRAL_VIEW).allowed
    guarded.gate.recheck()
    assert await ended(task)
    assert call.code == code_pb2.PERMISSION_DENIED


async def test_control_is_let_in_for_its_own_zone_and_cut_when_the_zone_is_gone() -> None:
    # REQ-PRIV-003
    guarded, call = Guarded(), by()
    guarded.known.roles[MET] = {AccessRole.AIR_TRAFFIC_CONTROL}
    with pytest.raises(grpc.aio.AbortError):
        await guarded.one(SUBSCRIBE, by())
    guarded.known.zone = ZONE
    task = await guarded.begin(SUBSCRIBE, call)
    guarded.gate.recheck()
    assert call.code == 0
    guarded.known.zone = Zone(51.2, -1.0, 52.0, 1.0)
    guarded.gate.recheck()
    assert await ended(task)


async def test_a_token_that_has_run_out_is_no_proof() -> None:
    # REQ-SEC-007
    clock = VirtualClock(1_000)
    callers = Callers(clock)
    caller = Caller(SystemName("met", "person"), not_after_us=1_001)
    callers.check(caller)
    clock.advance_to(1_001)
    with pytest.raises(Refused, match="has expired: sign in again"):
        callers.check(caller)
