"""The fields that every task has."""

from pydantic import BaseModel, ConfigDict


class TaskBase(BaseModel):
    """One task of a DAG."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    task_id: str
    task_type: str
    provide_context: bool = False
    dependencies: tuple[str, ...] = ()
