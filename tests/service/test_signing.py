"""The signing key: made once, kept from others; the same bytes get the same signature."""

from pathlib import Path

import pytest

from broker.core.errors import Refused
from broker.core.restrictions.register import RestrictionRegister
from broker.gateways.wire.signed import SignedRestrictions
from broker.service.signing import KEY_FILE, Signer, load_signer
from keepclear.client.signatures import RestrictionVerifier, UnverifiedError
from keepclear.v1.restrictions_pb2 import Restriction
from tests.core.restrictions.scenes import AGENCIES, NOW_US, draft


def signed(signer: Signer | None) -> Restriction:
    made = RestrictionRegister().create(draft(), NOW_US, set(AGENCIES))
    return SignedRestrictions(signer).message(made)


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    # REQ-PUB-007
    first = load_signer(tmp_path / "data", exercise=False)
    again = load_signer(tmp_path / "data", exercise=False)
    assert first.jwks == again.jwks
    assert first.sign(b"x") == again.sign(b"x")
    assert (tmp_path / "data" / KEY_FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / "data" / KEY_FILE).unlink()
    assert load_signer(tmp_path / "data", exercise=False).key_id != first.key_id


@pytest.mark.parametrize("content", [b"", b"nothing", b"-----BEGIN PRIVATE KEY-----\n"])
def test_what_is_no_key_stops_the_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(Refused, match="not a private key"):
        load_signer(tmp_path, exercise=False)


def test_what_was_signed_holds_and_whatever_is_changed_does_not(tmp_path: Path) -> None:
    # REQ-PUB-007
    signer = load_signer(tmp_path, exercise=False)
    message = signed(signer)
    verifier = RestrictionVerifier(signer.jwks)
    verifier.check(message)
    verifier.check(Restriction.FromString(message.SerializeToString()))
    for field, value in (("title", "Other"), ("version", 2), ("contact", "")):
        changed = Restriction()
        changed.CopyFrom(message)
        setattr(changed, field, value)
        with pytest.raises(UnverifiedError, match="does not hold"):
            verifier.check(changed)
    changed = Restriction()
    changed.CopyFrom(message)
    changed.volumes[0].circle.radius_m += 1
    with pytest.raises(UnverifiedError, match="does not hold"):
        verifier.check(changed)


def test_unsigned_older_foreign_and_exercise_ones_are_refused(tmp_path: Path) -> None:
    # REQ-PUB-007
    signer = load_signer(tmp_path / "one", exercise=False)
    verifier = RestrictionVerifier(signer.jwks)
    with pytest.raises(UnverifiedError, match="is not signed"):
        verifier.check(signed(None))
    other = load_signer(tmp_path / "two", exercise=False)
    with pytest.raises(UnverifiedError, match="does not hold"):
        verifier.check(signed(other))
    drill = load_signer(tmp_path / "one", exercise=True)
    with pytest.raises(UnverifiedError, match="exercise"):
        verifier.check(signed(drill))
    kept = RestrictionVerifier(signer.jwks, newest={str(draft().name): 2})
    with pytest.raises(UnverifiedError, match="older than 2"):
        kept.check(signed(signer))
    assert kept.newest == {str(draft().name): 2}
    for junk in ("", ".", "..", "a..b", "a.b.c", signed(signer).signature[:-4], "é..é"):
        message = signed(signer)
        changed = Restriction()
        changed.CopyFrom(message)
        changed.signature = junk
        with pytest.raises(UnverifiedError):
            verifier.check(changed)
    for jwks in ("", "[]", "{}", '{"keys": [1]}', '{"keys": []}'):
        with pytest.raises(UnverifiedError):
            RestrictionVerifier(jwks).check(signed(signer))
