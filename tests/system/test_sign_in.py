"""People who sign in: a real issuer on the loopback, real tokens, a real server."""

import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from broker.core.errors import Refused
from broker.core.names import Role, SystemName
from broker.core.sharing.roles import AccessRole
from broker.core.units import SECOND_US
from broker.service.identity.enrolment import Wanted, enrol
from broker.service.identity.tokens import (
    CLOCK_LEEWAY_S,
    KEYS_AGE_S_MAX,
    KEYS_TRUSTED_S_MAX,
    TOKEN_LIFETIME_S_MAX,
    Issuer,
    SignedIn,
    person_name,
)
from broker.service.settings import AgencySettings
from keepclear.client import Client, KeepclearError, RefusedError
from keepclear.client.tls import channel_credentials, token_credentials
from tests.system.identities import HOST, Site
from tests.system.live import Live, live
from tests.system.traffic import crowd, keep_clear, now_us

pytestmark = pytest.mark.system

AGENCIES = {agency: AgencySettings(name=agency, roles=(Role.DESK,)) for agency in ("met", "lfb")}


class IdentityProvider:
    """Publishes its keys over HTTP and signs tokens."""

    def __init__(self) -> None:
        self.key = self.new_key("one")
        self.published = [self.key]
        self.asked = 0
        provider = self

        class Keys(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked += 1
                keys = [key.as_dict(private=False) for key in provider.published]
                body = json.dumps({"keys": keys}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer((HOST, 0), Keys)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.url = f"http://{HOST}:{self.server.server_port}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    @staticmethod
    def new_key(name: str) -> ECKey:
        return ECKey.generate_key("P-256", {"kid": name, "use": "sig", "alg": "ES256"})

    @property
    def issuer(self) -> Issuer:
        return Issuer(self.url, "keepclear", f"{self.url}/keys", ("met",))

    def token(self, key: ECKey | None = None, **changes: object) -> str:
        now_s = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.url,
            "aud": "keepclear",
            "sub": "jane",
            "iat": now_s,
            "exp": now_s + 300,
            "keepclear_agency": "met",
            "keepclear_roles": ["desk", "airspace-manager"],
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        used = key or self.key
        return jwt.encode({"alg": "ES256", "kid": str(used.kid)}, claims, used)


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    made = IdentityProvider()
    yield made
    made.stop()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


@asynccontextmanager
async def signing_in(site: Site, provider: IdentityProvider) -> AsyncIterator[Live]:
    known = site.known(provider.issuer)
    async with live(site.root / "data", known=known, agencies=AGENCIES) as one:
        yield one


def person(one: Live, site: Site, token: str, port: int | None = None) -> Client:
    path = site.root / "token"
    path.write_text(token)
    shown = token_credentials(site.identities.trusted, path)
    return Client(f"{HOST}:{port or one.sign_in_port}", credentials=shown)


async def test_a_person_acts_for_the_agency_and_in_the_roles_of_the_token(
    site: Site, provider: IdentityProvider
) -> None:
    # REQ-SEC-007
    async with signing_in(site, provider) as one, person(one, site, provider.token()) as who:
        assert (await who.create_restriction(keep_clear("one"))).version == 1
        with pytest.raises(RefusedError, match="belongs to lfb"):
            await who.create_restriction(keep_clear("one", "lfb"))
        with pytest.raises(KeepclearError):
            await who.publish(crowd(1, now_us()))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"exp": 1}, "expired"),
        ({"exp": float("nan")}, "exp"),
        ({"exp": "9999999999"}, "exp"),
        ({"exp": 10**30}, "more than 24 hours"),
        ({"aud": ["a", "b"]}, "aud"),
        ({"iat": 99_999_999_999}, "issued in the future"),
        ({"keepclear_roles": [["desk"]]}, "not a person's role"),
        ({"keepclear_agency": ["met"]}, "keepclear_agency"),
        ({"exp": None}, "exp"),
        ({"aud": "elsewhere"}, "aud"),
        ({"sub": None}, "sub"),
        ({"iss": "https://elsewhere.example"}, "not configured"),
        ({"keepclear_agency": "lfb"}, "does not speak for lfb"),
        ({"keepclear_agency": None}, "keepclear_agency"),
        ({"keepclear_roles": []}, "keepclear_roles"),
        ({"keepclear_roles": "desk"}, "keepclear_roles"),
        ({"keepclear_roles": ["publisher"]}, "not a person's role"),
        ({"keepclear_roles": ["air-traffic-control"]}, "not a person's role"),
        ({"nbf": 99_999_999_999}, "not believed"),
    ],
)
async def test_a_token_that_says_anything_else_is_refused(
    site: Site, provider: IdentityProvider, changes: dict[str, object], word: str
) -> None:
    # REQ-SEC-007
    people = site.known(provider.issuer).people
    assert people is not None
    with pytest.raises(Refused, match=word):
        people.sign_in(provider.token(None, **changes), now_us())


async def test_no_token_a_forged_one_and_another_key_are_refused(
    site: Site, provider: IdentityProvider
) -> None:
    # REQ-SEC-007: also unsigned ones, and the public key used as a shared secret.
    good = provider.token()
    head, body, signature = good.split(".")
    public = OctKey.import_key(json.dumps(provider.key.as_dict(private=False)))
    confused = jwt.encode(
        {"alg": "HS256", "kid": "one"}, jwt.decode(good, provider.key).claims, public
    )
    unsigned = "eyJhbGciOiJub25lIn0." + body + "."
    async with signing_in(site, provider) as one:
        for token in (
            provider.token(provider.new_key("one")),
            provider.token(provider.new_key("unknown")),
            f"{head}.{body}.{signature[:-4]}AAAA",
            confused,
            unsigned,
            "nonsense",
            "x" * 7_000,
        ):
            async with person(one, site, token) as who:
                with pytest.raises(RefusedError) as found:
                    await who.list_restrictions()
            assert found.value.code is grpc.StatusCode.UNAUTHENTICATED
        credentials = site.server_only()
        async with Client(f"{HOST}:{one.sign_in_port}", credentials=credentials) as nobody:
            with pytest.raises(RefusedError) as found:
                await nobody.list_restrictions()
        assert found.value.code is grpc.StatusCode.UNAUTHENTICATED


async def test_a_certificate_and_a_token_together_are_refused(
    site: Site, provider: IdentityProvider
) -> None:
    # REQ-SEC-007
    folder = site.partner("met/dispatch")
    path = site.root / "token"
    path.write_text(provider.token())
    both = grpc.composite_channel_credentials(
        channel_credentials(folder), grpc.access_token_call_credentials(provider.token())
    )
    async with (
        signing_in(site, provider) as one,
        Client(one.address, credentials=both) as who,
    ):
        with pytest.raises(RefusedError, match="one or the other"):
            await who.list_restrictions()


async def test_a_feed_ends_with_its_token(site: Site, provider: IdentityProvider) -> None:
    # REQ-SEC-003
    token = provider.token(exp=int(time.time()) + 4 - CLOCK_LEEWAY_S)
    async with signing_in(site, provider) as one, person(one, site, token) as who:
        with pytest.raises(RefusedError, match="expired"):
            async for _ in who.subscribe():
                pass


def test_a_new_key_of_the_issuer_is_found_but_not_asked_for_at_every_forgery(
    site: Site, provider: IdentityProvider
) -> None:
    # REQ-SEC-007
    people = site.known(provider.issuer).people
    assert people is not None
    at_us = now_us()
    new = provider.new_key("two")
    provider.published = [new]
    assert people.sign_in(provider.token(new), at_us).subject.system.agency == "met"
    asked = provider.asked
    for _ in range(20):
        with pytest.raises(Refused):
            people.sign_in(provider.token(provider.new_key("forged")), at_us)
    assert provider.asked == asked
    with pytest.raises(Refused):  # the key that was withdrawn
        people.sign_in(provider.token(), at_us)


def test_clocks_may_differ_by_the_leeway_and_no_more(
    site: Site, provider: IdentityProvider
) -> None:
    # REQ-SEC-007
    people = site.known(provider.issuer).people
    assert people is not None
    now_s = int(time.time())
    for claim, at_edge_s, beyond_s in (
        ("exp", now_s - CLOCK_LEEWAY_S + 1, now_s - CLOCK_LEEWAY_S - 1),
        ("nbf", now_s + CLOCK_LEEWAY_S, now_s + CLOCK_LEEWAY_S + 1),
        ("iat", now_s + CLOCK_LEEWAY_S, now_s + CLOCK_LEEWAY_S + 1),
        ("exp", now_s + TOKEN_LIFETIME_S_MAX, now_s + TOKEN_LIFETIME_S_MAX + 1),
    ):
        signed_in = people.sign_in(provider.token(None, **{claim: at_edge_s}), now_s * SECOND_US)
        assert signed_in.subject.system.agency == "met"
        with pytest.raises(Refused):
            people.sign_in(provider.token(None, **{claim: beyond_s}), now_s * SECOND_US)


def test_an_issuer_out_of_reach_keeps_its_keys_for_a_day(
    site: Site, provider: IdentityProvider
) -> None:
    # REQ-SEC-007: a key that it withdrew meanwhile does not count for ever.
    people = site.known(provider.issuer).people
    assert people is not None
    start_s = int(time.time())
    provider.stop()

    def at(after_s: float) -> SignedIn:
        now_s = round(start_s + after_s)
        token = provider.token(iat=now_s, exp=now_s + 60)
        return people.sign_in(token, now_s * SECOND_US)

    assert at(2 * KEYS_AGE_S_MAX).subject.system.agency == "met"
    assert at(KEYS_TRUSTED_S_MAX - 60).subject.system.agency == "met"
    with pytest.raises(Refused, match="could not be read for 24 hours"):
        at(KEYS_TRUSTED_S_MAX + 60)


def test_nobody_is_enrolled_under_a_persons_name(site: Site) -> None:
    # REQ-SEC-007
    name = person_name("https://id.example", "jane", "met")
    assert name == person_name("https://id.example", "jane", "met")
    assert name != person_name("https://other.example", "jane", "met")
    with pytest.raises(Refused, match="people who sign in"):
        enrol(site.identities, Wanted(name, frozenset({AccessRole.DESK})))
    assert site.known().subject(name) is None
    assert site.known().subject(SystemName("met", "x")) is None
