"""Why a broker is not reached: said in words, with the next step."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from broker.cli.credentials import own_agency
from broker.cli.options import DEFAULT_SYSTEM
from broker.cli.problems import ExitCode, Problem
from broker.cli.unreached import unreached
from tests.ports import unused_port
from tests.system.identities import HOST, Site


@asynccontextmanager
async def listening(
    tls: ssl.SSLContext | None, says: bytes, host: str = HOST
) -> AsyncIterator[str]:
    """Something that says a word to whoever connects, and hangs up."""

    async def meet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        writer.close()

    server = await asyncio.start_server(meet, host, 0, ssl=tls)
    async with server:
        yield f"{host}:{server.sockets[0].getsockname()[1]}"


def server_side(site: Site) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(site.identities.server_certificate, site.identities.server_key)
    return context


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """An operator, and a command that has a certificate of its."""
    site = Site(tmp_path / "site")
    monkeypatch.setenv("KEEPCLEAR_CERTIFICATES", str(site.partner("lfb/desk")))
    return site


async def why(target: str) -> Problem:
    found = await unreached(target)
    assert found is not None
    assert found.exit_code == ExitCode.UNREACHABLE
    return found


async def test_nothing_is_said_where_nothing_listens() -> None:
    assert await unreached(f"{HOST}:{unused_port()}") is None


async def test_without_a_certificate_the_next_step_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEEPCLEAR_CERTIFICATES", raising=False)
    async with listening(None, b"") as target:
        problem = await why(target)
    assert "takes no plain connection" in problem.message
    assert "set KEEPCLEAR_CERTIFICATES" in problem.next_step


async def test_another_address_than_the_certificate_s_is_named(site: Site) -> None:
    async with listening(server_side(site), b"x", "127.0.0.2") as target:
        problem = await why(target)
    assert "not valid for '127.0.0.2'" in problem.message
    assert "keepclear agency init --host" in problem.next_step


@pytest.mark.usefixtures("site")
async def test_another_authority_is_named(tmp_path: Path) -> None:
    async with listening(server_side(Site(tmp_path / "other")), b"x") as target:
        assert "its certificate is not accepted" in (await why(target)).message


@pytest.mark.usefixtures("site")
async def test_who_speaks_no_tls_is_named() -> None:
    async with listening(None, b"220 welcome\r\n") as target:
        assert "speaks no TLS" in (await why(target)).message


async def test_who_hangs_up_does_not_accept_us(site: Site) -> None:
    async with listening(server_side(site), b"") as target:
        assert "does not accept your certificate" in (await why(target)).message


def test_short_names_are_of_the_agency_that_the_certificate_names(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert own_agency(DEFAULT_SYSTEM) == "lfb"
    assert own_agency("agencies/las/systems/desk") == "las"
    monkeypatch.setenv("KEEPCLEAR_CERTIFICATES", str(site.root / "nowhere"))
    with pytest.raises(Problem, match="cannot be read"):
        own_agency(DEFAULT_SYSTEM)


def test_or_of_the_one_that_the_token_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KEEPCLEAR_CERTIFICATES", raising=False)
    token = tmp_path / "token"
    monkeypatch.setenv("KEEPCLEAR_TOKEN_FILE", str(token))
    token.write_text("e30.eyJrZWVwY2xlYXJfYWdlbmN5IjogImxhcyJ9.x\n")
    assert own_agency(DEFAULT_SYSTEM) == "las"
    token.write_text("hello")
    with pytest.raises(Problem, match="is not a signed token"):
        own_agency(DEFAULT_SYSTEM)
