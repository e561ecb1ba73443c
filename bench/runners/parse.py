"""Times a DagBag over a folder, inside Airflow's environment: `parse.py REPORT FOLDER COUNT`."""

import json
import sys
import time
from pathlib import Path

from airflow.dag_processing.dagbag import DagBag

if __name__ == "__main__":
    report, folder, count = sys.argv[1:]
    begin = time.perf_counter()
    bag = DagBag(folder)
    seconds = time.perf_counter() - begin
    if bag.import_errors or len(bag.dags) != int(count):
        sys.exit(f"{len(bag.dags)} DAGs, errors: {bag.import_errors}")
    Path(report).write_text(json.dumps(seconds), "utf-8")
