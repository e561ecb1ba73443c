"""The texts that Airflow shows at the arrows between tasks."""

from typing import Annotated

from pydantic import AfterValidator, Field

from dagctl.findings.characters import name_of
from dagctl.spec.tasks.argument_types import MAX_WORD, without_default

EdgeLabels = Annotated[
    dict[str, Annotated[str, AfterValidator(name_of(MAX_WORD))]],
    Field(
        description="Texts for the arrows of Airflow's graph, by what is waited for (`Label`).",
        examples=[{"check_rows": "no new rows"}],
        json_schema_extra=without_default,
    ),
]
