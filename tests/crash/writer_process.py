"""The process that the crash tests kill: writes without end and says what was acknowledged.

Each line on standard output is the number of a control command whose `append` has returned.
"""

import resource
import sys
from itertools import count
from pathlib import Path

from broker.core.commands import SubmitReports, Tick
from broker.journal.errors import JournalUnavailable
from broker.journal.log import Journal, SegmentLimits
from tests.journal.samples import acknowledgement, report_batch, run_info


def write_until_killed(directory: Path, first_number: int) -> None:
    """Append batches of one control command, one tick and, now and then, positions."""
    journal = Journal.open(directory, run_info(), limits=SegmentLimits(records_max=150))
    for number in count(first_number):
        journal.append([acknowledgement(number), Tick(audit=False)], number, number)
        print(number, flush=True)
        if number % 3 == 0:
            journal.append([SubmitReports(report_batch(40, number), number)], number, number)
        if number % 20 == 0:
            journal.checkpoint()


def write_until_full(directory: Path, file_bytes_max: int) -> None:
    """Append until the kernel refuses, then with room again; print both counts."""
    journal = Journal.open(directory, run_info())
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes_max, hard))
    number, refused = 0, 0
    while refused < 3:
        try:
            positions = SubmitReports(report_batch(40, number), number)
            journal.append([acknowledgement(number), positions], number, number)
        except JournalUnavailable:
            refused += 1
        else:
            number += 1
    print(number, journal.last_seq, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    for extra in range(number, number + 5):
        journal.append([acknowledgement(extra), Tick(audit=False)], extra, extra)
    print(number + 5, journal.last_seq, flush=True)
    if "--close" in sys.argv:
        journal.close()


if __name__ == "__main__":
    task = {"killed": write_until_killed, "full": write_until_full}[sys.argv[1]]
    task(Path(sys.argv[2]), int(sys.argv[3]))
