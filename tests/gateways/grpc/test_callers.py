"""Who a caller is: by certificate or by token, one of them, and never by what it says itself."""

import grpc
import pytest
from google.rpc import code_pb2

from broker.core.errors import Refused
from broker.core.names import SystemName
from broker.core.sharing.roles import AccessRole, Subject
from broker.gateways.grpc.callers import Callers
from broker.service.clock import VirtualClock
from broker.service.identity.authority import certificate_request, new_key, now_utc, pem
from broker.service.identity.enrolment import Wanted, certify, create_folder, enrol, revoke
from broker.service.identity.files import IdentityFolder
from broker.service.identity.tokens import People, SignedIn
from broker.service.identity.trust import Trust
from tests.gateways.grpc.calls import LFB, MET, Call, by

DISPATCH = SystemName("met", "dispatch")
PERSON = SystemName("met", "person-1")
NOW = now_utc()
CLOCK = VirtualClock(int(NOW.timestamp()) * 1_000_000)
"""Of the certificates too, which may be made much later than this module is read."""


class SignIns(People):
    """Believes one token, without an issuer."""

    def __init__(self) -> None:
        super().__init__((), 0)

    def sign_in(self, token: str, now_us: int) -> SignedIn:
        assert token == "good"
        return SignedIn(Subject(PERSON, frozenset({AccessRole.DESK})), now_us + 5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> IdentityFolder:
    place = IdentityFolder(tmp_path_factory.mktemp("identity") / "identities")
    create_folder(place, ["127.0.0.1"], NOW)
    return place


@pytest.fixture(scope="module")
def certificate(folder: IdentityFolder) -> bytes:
    enrol(folder, Wanted(DISPATCH, frozenset({AccessRole.PUBLISHER})))
    return certify(folder, DISPATCH, pem(certificate_request(DISPATCH, new_key())), NOW)


def bearer(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple(("authorization", value) for value in values)


async def test_a_claimed_name_is_taken_as_it_is() -> None:
    caller = await Callers(CLOCK).identify(by(LFB))  # type: ignore[arg-type]
    assert (str(caller.system), caller.certificate, caller.not_after_us) == (LFB, None, None)


async def test_a_certificate_says_who_it_is(folder: IdentityFolder, certificate: bytes) -> None:
    # REQ-SEC-001: the same name beside it does no harm.
    for call in (Call(certificates=[certificate]), by(MET, certificates=[certificate])):
        caller = await Callers(CLOCK, Trust(folder)).identify(call)  # type: ignore[arg-type]
        assert caller.system == DISPATCH
        assert caller.certificate is not None


async def test_a_token_says_who_it_is_until_it_ends(folder: IdentityFolder) -> None:
    # REQ-SEC-007
    callers = Callers(CLOCK, Trust(folder), SignIns())
    caller = await callers.identify(Call(*bearer("Bearer good")))  # type: ignore[arg-type]
    assert (caller.system, caller.not_after_us) == (PERSON, CLOCK.now_us() + 5)


@pytest.mark.parametrize(
    ("metadata", "shown", "people", "why"),
    [
        ((("keepclear-system", MET),), "", True, "none was shown"),
        ((("keepclear-system", LFB),), "one", True, f"says {LFB}, the certificate {MET}"),
        ((), "two", True, "none was shown"),
        ((), "garbage", True, "certificate"),
        (bearer("Bearer good"), "one", True, "came with a certificate"),
        (bearer("Bearer good"), "", False, "signing in is not set up here"),
        (bearer("Bearer good", "Bearer good"), "", True, "must read: Bearer TOKEN"),
        (bearer("Basic good"), "", True, "must read: Bearer TOKEN"),
        (bearer("Bearer"), "", True, "must read: Bearer TOKEN"),
        (bearer("Bearer "), "", True, "must read: Bearer TOKEN"),
    ],
)
async def test_anything_else_is_nobody(
    folder: IdentityFolder,
    certificate: bytes,
    metadata: tuple[tuple[str, str], ...],
    shown: str,
    people: bool,
    why: str,
) -> None:
    # REQ-SEC-001, REQ-SEC-002, REQ-SEC-007
    certificates = {"one": [certificate], "two": [certificate] * 2, "garbage": [b"x"]}
    call = Call(*metadata, certificates=certificates.get(shown, []))
    callers = Callers(CLOCK, Trust(folder), SignIns() if people else None)
    with pytest.raises(grpc.aio.AbortError):
        await callers.identify(call)  # type: ignore[arg-type]
    assert call.status is not None
    assert call.code == code_pb2.UNAUTHENTICATED
    assert why in call.status.message


async def test_a_certificate_that_was_revoked_is_nobodys_at_once(folder: IdentityFolder) -> None:
    # REQ-SEC-003
    system = SystemName("lfb", "fleet")
    enrol(folder, Wanted(system, frozenset({AccessRole.PUBLISHER})))
    shown = certify(folder, system, pem(certificate_request(system, new_key())), NOW)
    trust = Trust(folder)
    callers = Callers(CLOCK, trust)
    caller = await callers.identify(Call(certificates=[shown]))  # type: ignore[arg-type]
    callers.check(caller)
    revoke(folder, [system], now_utc())
    trust.refresh()
    with pytest.raises(Refused, match="revoked"):
        callers.check(caller)
    call = Call(certificates=[shown])
    with pytest.raises(grpc.aio.AbortError):
        await callers.identify(call)  # type: ignore[arg-type]
    assert call.code == code_pb2.UNAUTHENTICATED
