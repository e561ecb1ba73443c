"""`python -m tests.stand_in`: a stand-in with dagctl's schema and one user, until interrupted."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import uuid

from tests.postgres import server as postgres
from tests.postgres.database import migrated_project
from tests.stand_in.stand_in import StandIn


def main() -> None:
    """Start, print how to reach it as one line of JSON, wait for a signal, clean up."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    cluster = postgres.start()
    try:
        conninfo = cluster.url_of(migrated_project(cluster))
        with StandIn(conninfo, port=options.port, algorithm=options.algorithm) as stand_in:
            user_id = stand_in.add_user(options.email, options.password)
            for project_id in options.project:
                stand_in.add_member(project_id, user_id, "owner")
            if options.stranger:
                stand_in.add_user(options.stranger, options.password)
            _tell(stand_in, options, user_id)
            signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        cluster.stop()


def _tell(stand_in: StandIn, options: argparse.Namespace, user_id: str) -> None:
    told = {
        "url": stand_in.url,
        "publishable_key": stand_in.publishable_key,
        "database": stand_in.conninfo,
        "project_id": options.project[0],
        "email": options.email,
        "password": options.password,
        "user_id": user_id,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.stand_in", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="a port of 127.0.0.1; 0: a free one")
    parser.add_argument("--algorithm", choices=["ES256", "HS256"], default="ES256")
    parser.add_argument("--email", default="ada@example.com")
    parser.add_argument("--password", default="correct horse battery staple")
    parser.add_argument("--stranger", help="the address of a user who is a member of nothing")
    parser.add_argument("--project", action="append", help="the id of a project of the user's")
    options = parser.parse_args()
    options.project = options.project or [str(uuid.uuid4())]
    return options


if __name__ == "__main__":
    main()
