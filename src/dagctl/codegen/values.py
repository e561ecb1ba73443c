"""The names of the series of Airflow that a file can be written for."""

from __future__ import annotations

from typing import Literal

Target = Literal["2", "3"]
"""The Airflow that a file is for: 2.9 to 2.11, or 3.0 on."""
