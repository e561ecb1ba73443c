"""Examples for `/openapi.json`: the guide's own."""

from __future__ import annotations

PROJECT = "123e4567-e89b-12d3-a456-426614174000"
TIME = "2024-01-15T10:30:00Z"
COMMIT = "4f1c2ab7d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f"

REPORT = {
    "project_id": PROJECT,
    "dag_name": "Daily Report Generator",
    "description": "Generates daily reports from user analytics",
    "schedule_interval": "@daily",
    "owner": "analytics-team",
    "tags": ["reporting", "analytics"],
    "tasks": [
        {
            "task_id": "fetch_analytics",
            "task_type": "python",
            "python_code": 'print("Fetching analytics data...")\nreturn {"users": 1000}',
        },
        {
            "task_id": "generate_report",
            "task_type": "bash",
            "bash_command": 'echo "Generating report..." && python /scripts/generate_report.py',
            "dependencies": ["fetch_analytics"],
        },
    ],
}
SPECS = {"report": {"summary": "Two tasks, daily", "value": REPORT}}
CREATED = {
    "dag_id": "daily_report_generator",
    "file_path": "dags/daily_report_generator.py",
    "commit_id": COMMIT,
    "created_at": TIME,
}
ROW = {
    "id": "0b9f3c5e-4d6a-4a57-9a57-0d8d2f3a1c11",
    "project_id": PROJECT,
    "user_id": "7c6a1a2e-1b1f-4f0e-8a53-2d5a3c9b7e10",
    "dag_id": "daily_report_generator",
    "dag_name": "Daily Report Generator",
    "description": "Generates daily reports from user analytics",
    "file_path": "dags/daily_report_generator.py",
    "schedule_interval": "@daily",
    "owner": "analytics-team",
    "tags": ["reporting", "analytics"],
    "task_count": 2,
    "is_active": True,
    "created_at": TIME,
    "updated_at": TIME,
    "commit_id": COMMIT,
}
LIST = {"dags": [ROW], "next_cursor": None}
GRAPH = {
    "nodes": ["fetch_analytics", "generate_report"],
    "edges": [["fetch_analytics", "generate_report"]],
    "levels": [["fetch_analytics"], ["generate_report"]],
    "groups": [],
}
DETAILS = {
    **ROW,
    "version": 1,
    "schedule_in_words": "at 00:00",
    "next_run": "2024-01-16T00:00:00Z",
    "graph": GRAPH,
    "spec": {key: value for key, value in REPORT.items() if key != "project_id"},
    "spec_problems": [],
}
MADE = {
    "version": 2,
    "action": "rename",
    "renamed": "report_generator",
    "dag_id": "daily_report_generator",
    "made_at": TIME,
    "made_by": "ada@example.com",
    "imported_by": None,
    "commit_id": COMMIT,
    "operation_id": "5a3c9b7e-1b1f-4f0e-8a53-2d5a3c9b7e10",
    "source": "specs/report.yaml",
    "file_path": "dags/daily_report_generator.py",
    "spec_digest": "5" * 64,
    "content_digest": "c" * 64,
}
CHANGE = {
    "kind": "changed",
    "path": ["schedule_interval"],
    "before": "@hourly",
    "after": "@daily",
}
CHANGED = {
    "dag_id": "daily_report_generator",
    "action": "update",
    "version": 2,
    "file_path": "dags/daily_report_generator.py",
    "commit_id": COMMIT,
}
IMPORTED = {"dags": [{**CHANGED, "action": "import"}], "warnings": []}
VERSIONS = {"versions": [{**MADE, "changes": [CHANGE]}], "next_before": 2}
VERSION = {
    **ROW,
    **MADE,
    "spec": DETAILS["spec"],
    "spec_text": "dag_name: Daily Report Generator\n...",
}
COMPARISON = {
    "dag_id": "daily_report_generator",
    "before": {**MADE, "version": 1, "action": "create", "renamed": None},
    "after": {**MADE, "action": "update", "renamed": None},
    "changes": [CHANGE],
    "consequences": [
        {
            "kind": "next_run",
            "subject": "daily_report_generator",
            "text": "the next run starts at 2024-01-16 00:00 UTC (before: 2024-01-15 11:00 UTC)",
        }
    ],
    "diff": """\
--- specs/report.yaml (version 1)
+++ specs/report.yaml (version 2)
@@ -1,2 +1,2 @@
 dag_name: Daily Report Generator
-schedule_interval: "@hourly"
+schedule_interval: "@daily"
""",
}
VERDICT = {
    "valid": False,
    "dag_id": None,
    "diagnostics": [
        {
            "code": "DAG201",
            "severity": "error",
            "message": "unknown key `retires`",
            "hint": "did you mean `retries`?",
            "pointer": "/retires",
            "path": ["retires"],
            "range": {"start": {"line": 3, "column": 3}, "end": {"line": 3, "column": 12}},
        }
    ],
}
TEMPLATES = {
    "templates": [
        {
            "name": "cleanup",
            "version": 1,
            "source": "gallery",
            "description": "Delete files that are older than some days",
            "parameters": [
                {
                    "name": "name",
                    "description": "The name of the DAG",
                    "required": True,
                    "rules": {"type": "string", "examples": ["Clean Up Exports"]},
                }
            ],
            "example": {"use": "cleanup@1", "with": {"name": "Clean Up Exports"}},
        }
    ]
}
FILE_SENSOR = "airflow.providers.standard.sensors.filesystem.FileSensor"
WAITS = "Waits for a file or folder to land in a filesystem."
OPERATORS = {
    "airflow": "3",
    "operators": [
        {
            "name": "FileSensor",
            "path": FILE_SENSOR,
            "kind": "sensor",
            "provider": "standard",
            "deprecated": False,
            "description": WAITS,
        }
    ],
}
OPERATOR = {
    "operator": {
        "name": "FileSensor",
        "path": FILE_SENSOR,
        "kind": "sensor",
        "airflow": "3.3",
        "provider": "standard",
        "distribution": "apache-airflow-providers-standard",
        "version": "1.21.0",
        "targets": ["2.11", "3.3"],
        "deferrable": "parameter",
        "description": WAITS,
        "deprecated": None,
        "use": None,
        "takes_others": False,
        "template_fields": ["filepath", "fs_conn_id"],
        "parameters": [
            {
                "name": "filepath",
                "type": "Any",
                "required": True,
                "default": None,
                "default_source": None,
                "origin": None,
                "description": "File or folder name, can be a glob.",
                "deprecated": None,
            }
        ],
        "example": "- task_id: file\n  operator: FileSensor\n  with:\n    filepath: in/*.csv\n",
    }
}
FLOWCHART = 'flowchart LR\n    t0["fetch"]\n    t1["report"]\n    t0 --> t1\n'
