"""How the client commands find a broker on this machine: the run file that a running one writes.

One file per user, `$XDG_RUNTIME_DIR/keepclear/broker.json` (or under `~/.cache`). It is a hint
and never trusted further: a file whose process has ended is ignored, and the address is probed.
"""

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

RUN_FILE_BYTES_MAX: Final = 4_096


@dataclass(frozen=True, slots=True)
class BrokerRecord:
    """Where a running broker listens, and what it serves."""

    grpc: str
    """host:port of the gRPC service."""
    pid: int
    space: str
    """`live` or `exercise`."""
    mqtt: str = ""
    """host:port of the MQTT server; empty without one."""
    data_dir: str = ""
    """Folder that holds the log; empty with none."""


def run_file_path() -> Path:
    """Where the run file of this user's broker is."""
    runtime_dir = os.environ.get("XDG_RUNTIME_DIR")
    base = Path(runtime_dir) if runtime_dir else Path.home() / ".cache"
    return base / "keepclear" / "broker.json"


def write_run_file(record: BrokerRecord) -> Path:
    """Say where this broker listens. Replaces whatever was there, in one step."""
    path = run_file_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A reader sees the old file or the new one, never half of one.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix="broker-", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(record), file)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def remove_run_file(pid: int) -> None:
    """Remove the run file of this process; one that another broker wrote since stays."""
    record = _parse(run_file_path())
    if record is not None and record.pid == pid:
        with suppress(FileNotFoundError):
            run_file_path().unlink()


def read_run_file() -> BrokerRecord | None:
    """The broker that runs on this machine, or None where its process has ended."""
    record = _parse(run_file_path())
    return record if record is not None and _is_alive(record.pid) else None


def _parse(path: Path) -> BrokerRecord | None:
    try:
        with path.open("rb") as file:
            text = file.read(RUN_FILE_BYTES_MAX)
        values = json.loads(text)
    except (OSError, ValueError):
        return None
    if not isinstance(values, dict):
        return None
    known = {
        field.name: values[field.name] for field in fields(BrokerRecord) if field.name in values
    }
    try:
        record = BrokerRecord(**known)
    except TypeError:
        return None
    texts = (record.grpc, record.space, record.mqtt, record.data_dir)
    whole = type(record.pid) is int and all(isinstance(text, str) for text in texts)
    return record if whole and record.grpc else None


def _is_alive(pid: int) -> bool:
    if pid <= 0:  # 0 and below address process groups
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True
