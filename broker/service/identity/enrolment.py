"""What `keepclear agency` does to the identity folder. A running broker notices within a second."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from broker.core.errors import Refusal, Refused, refuse
from broker.core.names import SystemName
from broker.core.sharing.roles import AccessRole, Zone
from broker.service.identity.authority import (
    SERVER_LIFETIME,
    SYSTEM_LIFETIME,
    Authority,
    Issued,
    certificate_request,
    issue_client,
    issue_probe,
    issue_server,
    key_pem,
    new_authority,
    new_key,
    pem,
    revocation_list,
    sign_request,
)
from broker.service.identity.certificates import BROKER_NAME, common_name_of, instant_us
from broker.service.identity.files import (
    CertificateFolder,
    IdentityFolder,
    read_limited,
    write_private,
)
from broker.service.identity.names import PERSON_PREFIX
from broker.service.identity.register import (
    Issue,
    Register,
    read_register,
    write_register,
)

FOLDER_MODE: Final = 0o700


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a system is enrolled with."""

    system: SystemName
    roles: frozenset[AccessRole]
    zone: Zone | None = None


def create_folder(folder: IdentityFolder, hosts: Sequence[str], now: datetime) -> None:
    """A new identity folder with its own authority. Refuses to touch one that exists."""
    if folder.register.exists():
        raise refuse("folder", f"{folder.path} holds identities already")
    folder.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    authority = new_authority(now)
    write_private(folder.trusted, pem(authority.certificate))
    write_private(folder.authority_key, key_pem(authority.key))
    write_private(folder.revocations, pem(revocation_list(authority, (), now)))
    write_server(folder, authority, hosts, now)
    # Last: what has a register is complete.
    write_register(folder.register, Register())


def write_server(
    folder: IdentityFolder, authority: Authority, hosts: Sequence[str], now: datetime
) -> None:
    """New certificates for the server, and for the broker at the MQTT server."""
    _write_issued(folder.server_certificate, folder.server_key, issue_server(authority, hosts, now))
    own = issue_client(authority, BROKER_NAME, now, SERVER_LIFETIME)
    _write_issued(folder.broker_certificate, folder.broker_key, own)


def rotate_server(folder: IdentityFolder, hosts: Sequence[str], now: datetime) -> None:
    """Replace the server's certificates while the broker runs; the host names are kept."""
    with folder.locked():
        current = x509.load_pem_x509_certificate(read_limited(folder.server_certificate))
        names = current.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        kept = [str(one.value) for one in names]
        write_server(folder, open_authority(folder), hosts or kept, now)


def enrol(folder: IdentityFolder, wanted: Wanted) -> None:
    """Put a system into the register, or change its roles. It still needs a certificate."""
    _check_name(wanted)
    with folder.locked():
        write_register(folder.register, _enrolled(folder, wanted))


def enrol_and_certify(
    folder: IdentityFolder, wanted: Wanted, request: bytes, now: datetime, lifetime: timedelta
) -> bytes:
    """As `enrol` and then `certify`; a request that is refused enrols nobody."""
    _check_name(wanted)
    with folder.locked():
        return _certify(folder, _enrolled(folder, wanted), wanted.system, request, now, lifetime)


def _check_name(wanted: Wanted) -> None:
    if wanted.system.agency == BROKER_NAME.agency:
        raise refuse("system", f"{BROKER_NAME.agency} is the broker's own name")
    if wanted.system.system.startswith(PERSON_PREFIX):
        raise refuse("system", f"names that begin with {PERSON_PREFIX} are for people who sign in")
    common_name_of(wanted.system)


def _enrolled(folder: IdentityFolder, wanted: Wanted) -> Register:
    register = read_register(folder.register)
    return register.enrolled(wanted.system, wanted.roles, wanted.zone)


def certify(
    folder: IdentityFolder,
    system: SystemName,
    request: bytes,
    now: datetime,
    lifetime: timedelta = SYSTEM_LIFETIME,
) -> bytes:
    """Answer a certificate request of an enrolled system; returns the certificate as PEM."""
    with folder.locked():
        register = read_register(folder.register)
        if register.find(system) is None:
            raise refuse("system", f"{system} is not enrolled: `keepclear agency add` it first")
        return _certify(folder, register, system, request, now, lifetime)


def _certify(
    folder: IdentityFolder,
    register: Register,
    system: SystemName,
    request: bytes,
    now: datetime,
    lifetime: timedelta,
) -> bytes:
    try:
        read = x509.load_pem_x509_csr(request)
    except ValueError as error:
        raise refuse("request", "is not a certificate request in PEM") from error
    certificate = sign_request(open_authority(folder), read, system, now, lifetime)
    issue = Issue(certificate.serial_number, instant_us(certificate.not_valid_after_utc))
    write_register(folder.register, register.issued(system, issue, instant_us(now)))
    return pem(certificate)


def revoke(folder: IdentityFolder, systems: Sequence[SystemName], now: datetime) -> None:
    """Revoke systems: every certificate of theirs, and the names themselves."""
    with folder.locked():
        register = read_register(folder.register)
        for system in systems:
            register = register.without(system)
        _write_revocations(folder, register, now)


def revoke_serial(
    folder: IdentityFolder, serial: int, now: datetime, system: SystemName | None = None
) -> None:
    """Revoke one certificate; its system, checked if given, goes on with its others."""
    with folder.locked():
        register = read_register(folder.register)
        owner = register.owner_of(serial)
        if owner is None and folder.authority_key.exists():
            raise refuse(
                "serial", f"{serial:x} was not given out here: see `keepclear agency list`"
            )
        if system is not None and owner != system:
            raise refuse("serial", f"{serial:x} is not a certificate of {system}")
        _write_revocations(folder, register.without_serial(serial), now)


def systems_of(folder: IdentityFolder, agency: str) -> list[SystemName]:
    """The systems of an agency that are not revoked; refuses an agency without any."""
    register = read_register(folder.register)
    found = [one for one in register.systems if one.agency == agency and register.find(one)]
    if not found:
        raise refuse("agency", f"{agency} has no system that is enrolled")
    return found


def request_files(folder: CertificateFolder, system: SystemName) -> None:
    """A partner's side: a key, kept if there is one, and a request to send."""
    folder.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    if folder.key.exists():
        key = _read_key(folder.key)
    else:
        key = new_key()
        write_private(folder.key, key_pem(key))
    write_private(folder.request, pem(certificate_request(system, key)))


def open_authority(folder: IdentityFolder) -> Authority:
    """The built-in authority; refuses where certificates come from another one."""
    if not folder.authority_key.exists():
        raise refuse(
            "folder", "has no authority.key: certificates come from your own authority here"
        )
    certificate = x509.load_pem_x509_certificate(read_limited(folder.trusted))
    return Authority(certificate, _read_key(folder.authority_key))


def _write_revocations(folder: IdentityFolder, register: Register, now: datetime) -> None:
    """The list first: the broker acts on the register, and the list must be there by then."""
    if folder.authority_key.exists():
        authority = open_authority(folder)
        probe = issue_probe(authority, now)
        _write_issued(folder.probe_certificate, folder.probe_key, probe)
        serials = register.revoked_serials | {probe.certificate.serial_number}
        write_private(folder.revocations, pem(revocation_list(authority, serials, now)))
    write_register(folder.register, register)


def _write_issued(certificate_file: Path, key_file: Path, issued: Issued) -> None:
    write_private(key_file, key_pem(issued.key))
    write_private(certificate_file, pem(issued.certificate))


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(read_limited(path), password=None)
    except (ValueError, TypeError) as error:
        raise Refused(Refusal("key", f"{path.name} cannot be read: {error}")) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise refuse("key", f"{path.name} is not an elliptic curve key")
    return key
