"""Throw-away certificate authorities for tests, made with the openssl command."""

import os
import re
import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

AUTHORITY_CONFIG = """\
[ca]
default_ca = test
[test]
database = {folder}/index.txt
serial = {folder}/serial
new_certs_dir = {folder}
certificate = {folder}/ca.pem
private_key = {folder}/ca.key
default_md = sha256
default_days = 1
default_crl_days = 1
policy = any
unique_subject = no
[any]
commonName = supplied
[server]
subjectAltName = IP:127.0.0.1
[client]
extendedKeyUsage = clientAuth
subjectAltName = $ENV::KEEPCLEAR_NAME
"""


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path


class Authority:
    """A certificate authority in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            pytest.fail("openssl is not installed: run `make test`, which installs it")
        self.folder = folder
        self._name = "URI:keepclear:none"
        folder.mkdir()
        self._config = folder / "openssl.cnf"
        self._config.write_text(AUTHORITY_CONFIG.format(folder=folder))
        (folder / "index.txt").touch()
        (folder / "serial").write_text("01\n")
        self.certificate = folder / "ca.pem"
        new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        self._new_key = new_key
        self._run(
            "req", "-x509", *new_key, "-keyout", folder / "ca.key", "-out", self.certificate,
            "-days", "1", "-subj", "/CN=test authority",
        )  # fmt: skip

    def issue(self, common_name: str, purpose: str = "client", place: str = "") -> Identity:
        """A certificate for `common_name`, which may hold a '/'."""
        stem = self.folder / (place or common_name.replace("/", "_"))
        agency, _, system = common_name.partition("/")
        self._name = f"URI:keepclear:agencies/{agency}/systems/{system}"
        identity = Identity(stem.with_suffix(".pem"), stem.with_suffix(".key"))
        request = stem.with_suffix(".csr")
        subject = "/CN=" + re.sub(r"([/+])", r"\\\1", common_name)
        self._run("req", *self._new_key, "-keyout", identity.key, "-out", request, "-subj", subject)
        self._run(
            "ca", "-batch", "-notext", "-config", self._config, "-extensions", purpose,
            "-in", request, "-out", identity.certificate,
        )  # fmt: skip
        return identity

    def revoke(self, identity: Identity) -> None:
        self._run("ca", "-config", self._config, "-revoke", identity.certificate)

    def revocation_list(self) -> Path:
        path = self.folder / "crl.pem"
        self._run("ca", "-config", self._config, "-gencrl", "-out", path)
        return path

    def client_context(self, identity: Identity | None) -> ssl.SSLContext:
        """What a client trusts and shows; without an identity it shows nothing."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        if identity is not None:
            context.load_cert_chain(identity.certificate, identity.key)
        return context

    def _run(self, *arguments: str | Path) -> None:
        done = subprocess.run(
            ["openssl", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "KEEPCLEAR_NAME": self._name},
        )
        if done.returncode != 0:
            pytest.fail(f"openssl {arguments[0]}: {done.stderr}")
