"""Files of an identity folder: whole, private, and readable by the broker."""

import os
from pathlib import Path

import pytest

from broker.service.identity.files import write_private

NOBODY = 65_534


def test_a_file_is_replaced_and_private(tmp_path: Path) -> None:
    path = tmp_path / "register.json"
    write_private(path, b"old")
    write_private(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_writes_belongs_to_the_owner_of_the_folder(tmp_path: Path) -> None:
    # REQ-SEC-003: the broker's own user goes on reading the register, revocations included.
    os.chown(tmp_path, NOBODY, NOBODY)
    write_private(tmp_path / "register.json", b"{}")
    assert (tmp_path / "register.json").stat().st_uid == NOBODY
