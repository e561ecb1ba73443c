"""`DagSpec`: what the user wrote, checked."""

from datetime import UTC, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from dagctl.spec.tasks import Task


class DagSpec(BaseModel):
    """One DAG, as the guide's fields describe it."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    project_id: UUID | None = None
    dag_name: str
    dag_id: str = ""
    description: str = ""
    schedule_interval: str | None = None
    owner: str = "airflow"
    tags: tuple[str, ...] = ()
    start_date: datetime = datetime(2024, 1, 1, tzinfo=UTC)
    retries: int = 1
    retry_delay_minutes: int | float = 5
    depends_on_past: bool = False
    catchup: bool = False
    email_on_failure: bool = False
    email_on_retry: bool = False
    tasks: tuple[Task, ...]
