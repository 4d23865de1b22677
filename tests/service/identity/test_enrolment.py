"""The identity folder as operators change it: enrolment by request, rotation, revocation."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from broker.core.errors import Refused
from broker.core.names import SystemName
from broker.core.sharing.roles import AccessRole, Zone
from broker.service.identity.authority import (
    certificate_request,
    issue_server,
    new_authority,
    new_key,
    now_utc,
    pem,
    revocation_list,
    sign_request,
)
from broker.service.identity.certificates import (
    BROKER_NAME,
    common_name_of,
    named_system,
    read_peer,
    system_of_common_name,
)
from broker.service.identity.enrolment import (
    Wanted,
    certify,
    create_folder,
    enrol,
    enrol_and_certify,
    open_authority,
    request_files,
    revoke,
    revoke_serial,
    rotate_server,
    systems_of,
)
from broker.service.identity.files import CertificateFolder, IdentityFolder
from broker.service.identity.register import CERTIFICATES_MAX, read_register
from broker.service.identity.trust import Trust

DISPATCH = SystemName("met", "dispatch")
PUBLISHER = frozenset({AccessRole.PUBLISHER})
FAR_US = 10**18


@pytest.fixture
def folder(tmp_path: Path) -> IdentityFolder:
    place = IdentityFolder(tmp_path / "identities")
    create_folder(place, ["127.0.0.1", "broker.example"], now_utc())
    return place


def enrolled(folder: IdentityFolder, system: SystemName = DISPATCH) -> bytes:
    enrol(folder, Wanted(system, PUBLISHER))
    return certify(folder, system, pem(certificate_request(system, new_key())), now_utc())


def serial(certificate: bytes) -> int:
    return x509.load_pem_x509_certificate(certificate).serial_number


def test_a_new_folder_is_whole_and_private(folder: IdentityFolder) -> None:
    # REQ-SEC-010
    assert Trust(folder).state.register.systems == {}
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    for path in folder.path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name
    with pytest.raises(Refused, match="already"):
        create_folder(folder, ["127.0.0.1"], now_utc())


def test_a_certificate_names_its_system_in_both_places(folder: IdentityFolder) -> None:
    # REQ-SEC-001
    held = x509.load_pem_x509_certificate(enrolled(folder))
    assert held.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "met/dispatch"
    assert named_system(held) == DISPATCH
    usage = held.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert read_peer(pem(held)).system == DISPATCH
    held.verify_directly_issued_by(open_authority(folder).certificate)


def test_the_partners_key_never_leaves_it(tmp_path: Path) -> None:
    mine = CertificateFolder(tmp_path / "mine")
    request_files(mine, DISPATCH)
    key = mine.key.read_bytes()
    request_files(mine, DISPATCH)
    assert mine.key.read_bytes() == key
    assert b"PRIVATE" not in mine.request.read_bytes()
    assert stat.S_IMODE(mine.key.stat().st_mode) == 0o600


def rsa_request() -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "met/dispatch")])
    )
    uri = x509.UniformResourceIdentifier("keepclear:agencies/met/systems/dispatch")
    builder = builder.add_extension(x509.SubjectAlternativeName([uri]), critical=False)
    return pem(builder.sign(rsa.generate_private_key(65537, 2048), hashes.SHA256()))


def two_names() -> bytes:
    """A request that is met/dispatch over MQTT and lfb/fleet over gRPC."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "met/dispatch")])
    )
    uri = x509.UniformResourceIdentifier("keepclear:agencies/lfb/systems/fleet")
    builder = builder.add_extension(x509.SubjectAlternativeName([uri]), critical=False)
    return pem(builder.sign(new_key(), hashes.SHA256()))


@pytest.mark.parametrize(
    ("request_pem", "word"),
    [
        (b"nonsense", "PEM"),
        (pem(certificate_request(SystemName("lfb", "fleet"), new_key())), "asks for"),
        (two_names(), "its URI"),
        (rsa_request(), "elliptic"),
    ],
)
def test_a_request_for_anything_else_is_refused(
    folder: IdentityFolder, request_pem: bytes, word: str
) -> None:
    # REQ-SEC-001
    enrol(folder, Wanted(DISPATCH, PUBLISHER))
    with pytest.raises(Refused, match=word):
        certify(folder, DISPATCH, request_pem, now_utc())
    assert read_register(folder.register).systems[DISPATCH].certificates == ()


def test_who_asks_for_another_name_is_not_enrolled_either(folder: IdentityFolder) -> None:
    # REQ-SEC-001: both or neither.
    wanted, days = Wanted(DISPATCH, PUBLISHER), timedelta(days=1)
    for_another = pem(certificate_request(SystemName("lfb", "fleet"), new_key()))
    with pytest.raises(Refused, match="asks for"):
        enrol_and_certify(folder, wanted, for_another, now_utc(), days)
    assert read_register(folder.register).systems == {}
    own = pem(certificate_request(DISPATCH, new_key()))
    certificate = enrol_and_certify(folder, wanted, own, now_utc(), days)
    assert Trust(folder).authenticate(certificate, 0).system == DISPATCH


@pytest.mark.parametrize("days", [0, -1, 91])
def test_certificates_are_short_lived(folder: IdentityFolder, days: int) -> None:
    enrol(folder, Wanted(DISPATCH, PUBLISHER))
    request = pem(certificate_request(DISPATCH, new_key()))
    with pytest.raises(Refused, match="days"):
        certify(folder, DISPATCH, request, now_utc(), timedelta(days=days))


def test_nobody_is_enrolled_as_the_broker_or_without_a_role(folder: IdentityFolder) -> None:
    # REQ-SEC-001
    for system, roles, word in (
        (BROKER_NAME, PUBLISHER, "own name"),
        (DISPATCH, frozenset[AccessRole](), "role"),
        (DISPATCH, frozenset({AccessRole.AIR_TRAFFIC_CONTROL}), "zone"),
        (SystemName("a" * 40, "b" * 40), PUBLISHER, "63 characters"),
    ):
        with pytest.raises(Refused, match=word):
            enrol(folder, Wanted(system, roles))
    with pytest.raises(Refused, match="not enrolled"):
        certify(folder, DISPATCH, pem(certificate_request(DISPATCH, new_key())), now_utc())


def test_a_revoked_system_is_out_with_all_its_certificates(folder: IdentityFolder) -> None:
    # REQ-SEC-003
    first, second = enrolled(folder), enrolled(folder)
    trust = Trust(folder)
    assert trust.authenticate(first, 0).system == DISPATCH
    revoke(folder, [DISPATCH], now_utc())
    assert trust.refresh()
    for certificate in (first, second):
        with pytest.raises(Refused, match="revoked"):
            trust.authenticate(certificate, 0)
    assert trust.subject(DISPATCH) is None
    held = x509.load_pem_x509_crl(folder.revocations.read_bytes())
    listed = {one.serial_number for one in held}
    assert listed - trust.state.probes == {serial(first), serial(second)}
    with pytest.raises(Refused, match="not enrolled"):
        certify(folder, DISPATCH, pem(certificate_request(DISPATCH, new_key())), now_utc())
    # Enrolled afresh it gets new certificates; the old ones stay dead.
    third = enrolled(folder)
    trust.refresh()
    assert trust.authenticate(third, 0).system == DISPATCH
    with pytest.raises(Refused, match="revoked"):
        trust.authenticate(first, 0)


def test_one_certificate_can_be_revoked_alone(folder: IdentityFolder) -> None:
    # REQ-SEC-003
    lost, kept = enrolled(folder), enrolled(folder)
    revoke_serial(folder, serial(lost), now_utc())
    trust = Trust(folder)
    assert trust.authenticate(kept, 0).system == DISPATCH
    with pytest.raises(Refused, match="revoked"):
        trust.authenticate(lost, 0)


def test_a_mistyped_serial_number_revokes_nothing(folder: IdentityFolder) -> None:
    # REQ-SEC-003: whoever reads "revoked" must be able to believe it.
    certificate = enrolled(folder)
    other = SystemName("lfb", "fleet")
    for number, system, word in (
        (serial(certificate) + 1, None, "not given out"),
        (serial(certificate), other, "is not a certificate of"),
    ):
        with pytest.raises(Refused, match=word):
            revoke_serial(folder, number, now_utc(), system)
    assert read_register(folder.register).revoked_serials == frozenset()
    revoke_serial(folder, serial(certificate), now_utc(), DISPATCH)
    folder.authority_key.unlink()
    revoke_serial(folder, 7, now_utc())  # of another authority, whose numbers are not known here
    assert read_register(folder.register).revoked_serials == {7, serial(certificate)}


def test_an_expired_certificate_and_a_name_not_enrolled_count_for_nothing(
    folder: IdentityFolder,
) -> None:
    # REQ-SEC-002
    certificate = enrolled(folder)
    with pytest.raises(Refused, match="expired"):
        Trust(folder).authenticate(certificate, FAR_US)
    other = sign_request(
        open_authority(folder),
        certificate_request(SystemName("met", "other"), new_key()),
        SystemName("met", "other"),
        now_utc(),
    )
    with pytest.raises(Refused, match="not enrolled"):
        Trust(folder).authenticate(pem(other), 0)


def test_a_whole_agency_is_found_for_revocation(folder: IdentityFolder) -> None:
    enrolled(folder)
    enrolled(folder, SystemName("met", "drones"))
    enrolled(folder, SystemName("lfb", "fleet"))
    assert [str(one) for one in systems_of(folder, "met")] == [
        "agencies/met/systems/dispatch",
        "agencies/met/systems/drones",
    ]
    with pytest.raises(Refused, match="nobody"):
        systems_of(folder, "nobody")


def test_the_servers_certificate_is_replaced_under_its_names(folder: IdentityFolder) -> None:
    # REQ-SEC-005
    trust = Trust(folder)
    before = trust.state.server
    rotate_server(folder, (), now_utc())
    assert trust.refresh()
    assert trust.state.server.certificate != before.certificate
    held = x509.load_pem_x509_certificate(trust.state.server.certificate)
    names = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(one.value) for one in names] == ["127.0.0.1", "broker.example"]
    with pytest.raises(Refused, match="host"):
        issue_server(open_authority(folder), [], now_utc())


@pytest.mark.parametrize("name", ["register", "revocations", "server_key", "trusted"])
def test_what_cannot_be_read_changes_nothing(folder: IdentityFolder, name: str) -> None:
    # REQ-SEC-006: a damaged file neither lets anybody in nor throws anybody out.
    certificate = enrolled(folder)
    trust = Trust(folder)
    path: Path = getattr(folder, name)
    path.write_bytes(b"nonsense")
    assert not trust.refresh()
    assert trust.authenticate(certificate, 0).system == DISPATCH
    with pytest.raises(Refused):
        Trust(folder)


def test_a_folder_that_is_not_whole_is_told_what_it_lacks(tmp_path: Path) -> None:
    # REQ-SEC-006
    with pytest.raises(Refused, match=r"has no server\.pem: `keepclear agency init`"):
        Trust(IdentityFolder(tmp_path))


def test_a_revocation_list_of_somebody_else_is_not_believed(folder: IdentityFolder) -> None:
    # REQ-SEC-006
    certificate = enrolled(folder)
    trust = Trust(folder)
    forged = revocation_list(new_authority(now_utc()), [serial(certificate)], now_utc())
    folder.revocations.write_bytes(pem(forged))
    assert not trust.refresh()
    assert trust.authenticate(certificate, 0).system == DISPATCH


def test_another_authority_works_without_its_key_here(folder: IdentityFolder) -> None:
    certificate = enrolled(folder)
    folder.authority_key.unlink()
    with pytest.raises(Refused, match="your own authority"):
        certify(folder, DISPATCH, pem(certificate_request(DISPATCH, new_key())), now_utc())
    revoke(folder, [DISPATCH], now_utc())
    with pytest.raises(Refused, match="revoked"):
        Trust(folder).authenticate(certificate, 0)


def test_a_change_of_roles_keeps_the_certificates(folder: IdentityFolder) -> None:
    enrolled(folder)
    zone = Zone(51.4, -0.3, 51.6, 0.1)
    enrol(folder, Wanted(DISPATCH, frozenset({AccessRole.AIR_TRAFFIC_CONTROL}), zone))
    found = read_register(folder.register).systems[DISPATCH]
    assert (found.zone, len(found.certificates)) == (zone, 1)
    assert found.subject.roles == {AccessRole.AIR_TRAFFIC_CONTROL}


def test_the_number_of_certificates_is_limited(folder: IdentityFolder) -> None:
    for _ in range(CERTIFICATES_MAX):
        enrolled(folder)
    with pytest.raises(Refused, match=str(CERTIFICATES_MAX)):
        enrolled(folder)


@pytest.mark.parametrize("text", ["met", "met/", "/x", "Met/x", "met/x/y", "met/+", "#", ""])
def test_only_agency_and_system_make_a_name(text: str) -> None:
    with pytest.raises(Refused):
        system_of_common_name("system", text)


def test_names_go_there_and_back() -> None:
    assert system_of_common_name("system", common_name_of(DISPATCH)) == DISPATCH
