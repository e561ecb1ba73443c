"""`python -m catalogue_builder`: wheels in, data files out."""

from __future__ import annotations

import argparse
from pathlib import Path

from catalogue_builder.catalogue import catalogue
from catalogue_builder.lock import LOCK, read_lock, write_lock
from catalogue_builder.relock import relock
from catalogue_builder.store import write
from catalogue_builder.wheels import download

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src" / "dagctl" / "operators" / "data"
WHEELS = ROOT / ".wheels"


def main() -> None:
    """Make the data files from the wheels of the lock."""
    options = _options()
    lock = read_lock(options.lock)
    if options.newest:
        lock = relock(lock, options.wheels)
    if not options.offline:
        download(lock.wheels, options.wheels)
    files = catalogue(lock, options.wheels, options.workers)
    write(files, options.out)
    if options.newest:
        write_lock(lock, options.lock)
    size = sum(len(data) for data in files.values())
    print(f"{len(files)} files, {size:,} bytes in {options.out}")  # noqa: T201 - a command


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("catalogue_builder", description=__doc__)
    parser.add_argument("--lock", type=Path, default=LOCK, help="which wheels")
    parser.add_argument("--wheels", type=Path, default=WHEELS, help="where wheels are kept")
    parser.add_argument("--out", type=Path, default=DATA, help="where the data files go")
    parser.add_argument("--newest", action="store_true", help="lock the newest providers first")
    parser.add_argument("--offline", action="store_true", help="download nothing")
    parser.add_argument("--workers", type=int, default=2, help="processes that read")
    return parser.parse_args()


if __name__ == "__main__":
    main()
