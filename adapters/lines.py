"""Lines out of a byte stream that is split anywhere."""

from adapters.model import Refusal


class LineFraming:
    """Cuts a stream into lines; keeps at most one unfinished line of limited length."""

    def __init__(self, max_line_bytes: int) -> None:
        self._most = max_line_bytes
        self._rest = b""
        self._skipping = False  # the rest of a line that was too long

    def reset(self) -> None:
        """A new connection: half a line left over is lost."""
        self._rest = b""
        self._skipping = False

    def feed(self, data: bytes) -> tuple[list[bytes], list[Refusal]]:
        """The lines that end in these bytes, without their ends; empty lines are left out."""
        pieces = (self._rest + data).replace(b"\r", b"\n").split(b"\n")
        self._rest = pieces.pop()
        lines: list[bytes] = []
        refusals: list[Refusal] = []
        for piece in pieces:
            if self._skipping:
                self._skipping = False
            elif len(piece) > self._most:
                refusals.append(self._too_long())
            elif piece.strip():
                lines.append(piece)
        if len(self._rest) > self._most or self._skipping:
            if not self._skipping:
                refusals.append(self._too_long())
            self._rest = b""
            self._skipping = True
        return lines, refusals

    def _too_long(self) -> Refusal:
        return Refusal("line", f"over {self._most} bytes")
