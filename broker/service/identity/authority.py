"""The built-in certificate authority, for one machine. In production use your own.

It signs what it is asked to sign by certificate request: a partner's key never leaves the partner.
Certificates are short-lived, so that one that was copied unnoticed ends by itself.
"""

import ipaddress
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from broker.core.errors import refuse
from broker.core.names import SystemName
from broker.service.identity.certificates import BROKER_NAME, common_name_of, named_system, uri_of

SYSTEM_LIFETIME: Final = timedelta(days=7)
SYSTEM_LIFETIME_MAX: Final = timedelta(days=90)
SERVER_LIFETIME: Final = timedelta(days=90)
AUTHORITY_LIFETIME: Final = timedelta(days=3650)
REVOCATIONS_LIFETIME: Final = timedelta(days=3650)
"""Mosquitto refuses every client once its list has expired, and a new list is written at every
revocation anyway."""
BACKDATED: Final = timedelta(minutes=5)
"""Partners' clocks are not all alike: a certificate made this second must be good this second."""
PROBE_NAME: Final = SystemName(BROKER_NAME.agency, "list-probe")
PROBE_SERIAL_HEAD: Final = b"kc-probe"
"""With which serial numbers of probes begin: those of certificates do by one chance in 2^64."""
SERIAL_BYTES: Final = 20  # RFC 5280, 4.1.2.2: at most
AUTHORITY_NAME: Final = "Keepclear partners"

PrivateKey = ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate and the key that signs with it."""

    certificate: x509.Certificate
    key: PrivateKey


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: PrivateKey


def new_key() -> PrivateKey:
    """A fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def new_authority(now: datetime) -> Authority:
    """A self-signed authority that serves partners and nothing else."""
    key = new_key()
    name = _common_name(AUTHORITY_NAME)
    builder = (
        _builder(name, name, key.public_key(), now, AUTHORITY_LIFETIME)
        .serial_number(x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Authority(builder.sign(key, hashes.SHA256()), key)


def certificate_request(system: SystemName, key: PrivateKey) -> x509.CertificateSigningRequest:
    """What a partner sends to be enrolled."""
    return (
        x509.CertificateSigningRequestBuilder()
        .subject_name(_common_name(common_name_of(system)))
        .add_extension(_uri(system), critical=False)
        .sign(key, hashes.SHA256())
    )


def sign_request(
    authority: Authority,
    request: x509.CertificateSigningRequest,
    system: SystemName,
    now: datetime,
    lifetime: timedelta = SYSTEM_LIFETIME,
) -> x509.Certificate:
    """A client certificate for `system`. Refuses a request that names another, or none."""
    try:
        valid = request.is_signature_valid
    except (InvalidSignature, ValueError):
        valid = False
    if not valid:
        raise refuse("request", "is not signed by its own key")
    named = named_system(request)
    if named != system:
        raise refuse("request", f"asks for {named}, not for {system}")
    if not timedelta(0) < lifetime <= SYSTEM_LIFETIME_MAX:
        raise refuse("days", f"must be more than 0 and at most {SYSTEM_LIFETIME_MAX.days}")
    key = request.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise refuse("request", "its key must be an elliptic curve key, for example P-256")
    return _sign_leaf(
        authority,
        key,
        common_name_of(system),
        [_uri(system)],
        ExtendedKeyUsageOID.CLIENT_AUTH,
        now,
        lifetime,
    )


def issue_client(
    authority: Authority, system: SystemName, now: datetime, lifetime: timedelta = SYSTEM_LIFETIME
) -> Issued:
    """A key and a certificate made here: for the broker itself, and for a machine of our own."""
    key = new_key()
    request = certificate_request(system, key)
    return Issued(sign_request(authority, request, system, now, lifetime), key)


def issue_server(authority: Authority, hosts: Sequence[str], now: datetime) -> Issued:
    """The server's certificate, for gRPC and MQTT, under the names partners connect to."""
    if not hosts:
        raise refuse("host", "name at least one host that partners connect to")
    key = new_key()
    names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
    certificate = _sign_leaf(
        authority,
        key.public_key(),
        "keepclear server",
        [names],
        ExtendedKeyUsageOID.SERVER_AUTH,
        now,
        SERVER_LIFETIME,
    )
    return Issued(certificate, key)


def issue_probe(authority: Authority, now: datetime) -> Issued:
    """A certificate to be revoked with the next list: who refuses it has that list."""
    key = new_key()
    tail = secrets.token_bytes(SERIAL_BYTES - len(PROBE_SERIAL_HEAD))
    name, issuer = _common_name(common_name_of(PROBE_NAME)), authority.certificate.subject
    builder = (
        _builder(name, issuer, key.public_key(), now, SYSTEM_LIFETIME_MAX)
        .serial_number(int.from_bytes(PROBE_SERIAL_HEAD + tail))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=True)
    )
    return Issued(builder.sign(authority.key, hashes.SHA256()), key)


def is_probe(serial: int) -> bool:
    """Whether this is a probe's serial number."""
    size = max(SERIAL_BYTES, (serial.bit_length() + 7) // 8)
    return serial.to_bytes(size).startswith(PROBE_SERIAL_HEAD)


def revocation_list(
    authority: Authority, serials: Iterable[int], now: datetime
) -> x509.CertificateRevocationList:
    """The list of certificates that count no more."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(now - BACKDATED)
        .next_update(now + REVOCATIONS_LIFETIME)
    )
    for serial in sorted(serials):
        revoked = x509.RevokedCertificateBuilder(serial, now)
        builder = builder.add_revoked_certificate(revoked.build())
    return builder.sign(authority.key, hashes.SHA256())


def pem(
    thing: x509.Certificate | x509.CertificateRevocationList | x509.CertificateSigningRequest,
) -> bytes:
    """As a PEM file holds it."""
    return thing.public_bytes(serialization.Encoding.PEM)


def key_pem(key: PrivateKey) -> bytes:
    """The key as a PEM file holds it, not encrypted: the file's rights protect it."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def now_utc() -> datetime:
    """The time certificates are dated with."""
    return datetime.now(UTC).replace(microsecond=0)


def _sign_leaf(
    authority: Authority,
    key: ec.EllipticCurvePublicKey,
    common_name: str,
    names: list[x509.SubjectAlternativeName],
    usage: ObjectIdentifier,
    now: datetime,
    lifetime: timedelta,
) -> x509.Certificate:
    issuer = authority.certificate.subject
    builder = _builder(_common_name(common_name), issuer, key, now, lifetime)
    for name in names:
        builder = builder.add_extension(name, critical=False)
    return (
        builder.serial_number(x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
        .sign(authority.key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    lifetime: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + lifetime)
    )


def _common_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _uri(system: SystemName) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri_of(system))])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
