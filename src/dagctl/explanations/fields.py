"""DAG2xx: the fields of the spec."""

from dagctl.explanations.explanation import Explanation
from dagctl.findings.codes import Code
from dagctl.spec.fields.cron_schedule import PRESETS
from dagctl.spec.tasks import KINDS, TASK_TYPES

_CODE_FIELDS = ", ".join(
    f"`{model.code_field}` belongs to a {name} task" for name, model in KINDS.by_tag.items()
)

FIELDS = {
    Code.UNKNOWN_KEY: Explanation(
        "An unknown key",
        "The spec has no such field. A misspelt key would otherwise be ignored silently, so it is"
        " an error.",
        "retires: 3",
        "retries: 3",
        "Correct the spelling or remove the key; `dagctl schema` lists all fields.",
    ),
    Code.MISSING_KEY: Explanation(
        "A key is missing",
        "The spec needs `dag_name` and `tasks`; a task needs `task_id` and a key that says "
        "what it does: `python_code`, `bash_command` or `operator`.",
        "tasks:\n  - task_id: a",
        "tasks:\n  - task_id: a\n    task_type: bash\n    bash_command: echo a",
        "Add the key.",
    ),
    Code.WRONG_TYPE: Explanation(
        "A value of the wrong type",
        'Values are taken as written: the text "3" is not a number, 2.0 is not a whole number, '
        "and 1 is not true.",
        'retries: "3"',
        "retries: 3",
        "Write the value as the type that the message names; quote text.",
    ),
    Code.NULL: Explanation(
        "Null where a value is needed",
        "A key with nothing after it, or with `null` or `~`, is null. Only `schedule_interval` "
        "and `project_id` may be null. In YAML, ` #` starts a comment, so `description: #1 job` "
        "is null too.",
        "owner:",
        "owner: data-team",
        "Give a value, or remove the key to get the default.",
    ),
    Code.BLANK: Explanation(
        "An empty text",
        "The text is empty or contains only white space, but a value is needed.",
        'owner: " "',
        "owner: data-team",
        "Give a value, or remove the key to get the default.",
    ),
    Code.TOO_LONG: Explanation(
        "A text that is too long",
        "Names, tags, descriptions and code have a maximum length. A shell command has at most "
        "131,000 bytes, because Linux refuses a longer argument when the task starts.",
        "owner: " + "o" * 501,
        "owner: data-team",
        "Shorten it; move long code into a module or a script.",
    ),
    Code.BAD_CHARACTER: Explanation(
        "A character that is not allowed in this value",
        "A NUL cannot be stored. Control characters and marks that reverse the direction of text "
        "make a name or a command look different from what it is.",
        'owner: "ann\\nben"',
        "owner: ann",
        "Remove the character.",
    ),
    Code.BAD_PROJECT_ID: Explanation(
        "project_id is not a UUID",
        "A project is identified by a UUID: 32 hexadecimal digits in five groups.",
        "project_id: acme",
        "project_id: 123e4567-e89b-12d3-a456-426614174000",
        "Copy the id from `dagctl.toml`, or remove the key: the workspace knows its project.",
    ),
    Code.OUT_OF_RANGE: Explanation(
        "A number that is out of range",
        "`retries` is at most 1,000,000 and `retry_delay_minutes` at most 5,256,000 (ten years); "
        "neither is negative. More would overflow in Airflow when the task fails.",
        "retries: -1",
        "retries: 1",
        "Write a number within the range.",
    ),
    Code.BAD_SCHEDULE: Explanation(
        "Not a schedule",
        f"A schedule is a preset ({', '.join(PRESETS)}), a cron expression of five fields, or "
        "null for a DAG that is only triggered.",
        'schedule_interval: "@dialy"',
        'schedule_interval: "@daily"',
        'Write a preset, or for example "0 6 * * *": minute, hour, day of month, month, day of '
        "week.",
    ),
    Code.NEVER_FIRES: Explanation(
        "A schedule that never fires",
        "No date matches the expression, as with 31 February. Airflow accepts it and never runs "
        "the DAG.",
        'schedule_interval: "0 0 31 2 *"',
        'schedule_interval: "0 0 28 2 *"',
        "Correct the day or the month; `L` is the last day of a month.",
    ),
    Code.REFUSED_CRON: Explanation(
        "An ambiguous cron expression",
        "With six fields, seconds come last for Airflow and first elsewhere. `R` and `H` mean a "
        "different time whenever Airflow reads the file. A range that runs backward wraps around "
        "for some readers and is empty for others.",
        'schedule_interval: "0 0 * * FRI-MON"',
        'schedule_interval: "0 0 * * FRI,SAT,SUN,MON"',
        "Write five fields, numbers, and lists instead of ranges that run backward.",
    ),
    Code.SCHEDULE_TWICE: Explanation(
        "Two names for the schedule at once",
        "`schedule` is short for `schedule_interval`.",
        'schedule: "@daily"\nschedule_interval: "@hourly"',
        'schedule_interval: "@hourly"',
        "Keep one of them.",
    ),
    Code.BAD_START_DATE: Explanation(
        "Not a start date",
        "A start date is an ISO date, or a date and time with at most microseconds, between the "
        "years 1900 and 2200. A relative date (`days_ago(1)`, `yesterday`) would change whenever "
        "Airflow reads the file.",
        "start_date: yesterday",
        'start_date: "2024-01-01T06:00:00Z"',
        'Write "2024-01-01" or "2024-01-01T06:00:00Z".',
    ),
    Code.NAIVE_START_DATE: Explanation(
        "A start date without a time zone",
        "A time without a time zone is read as UTC, which may not be what you meant.",
        'start_date: "2024-01-01T06:00:00"',
        'start_date: "2024-01-01T06:00:00Z"',
        "Add `Z` for UTC or an offset such as `+02:00` after the time.",
    ),
    Code.MANY_RUNS: Explanation(
        "A backfill of very many runs",
        "With `catchup: true` Airflow backfills every run since `start_date` as soon as the DAG "
        "is enabled.",
        'schedule_interval: "@hourly"\nstart_date: "1980-01-01"\ncatchup: true',
        'schedule_interval: "@hourly"\nstart_date: "1980-01-01"\ncatchup: false',
        "Set `catchup: false`, or a later `start_date`.",
    ),
    Code.LONG_STEP: Explanation(
        "A step longer than its field",
        "A step counts within its field and starts again in the next hour, day or year. `*/90` "
        "among 60 minutes matches minute 0 only, so the DAG runs every hour.",
        'schedule_interval: "*/90 * * * *"',
        'schedule_interval: "0 * * * *"',
        "Write what it means, or list the times: cron cannot count 90 minutes across hours.",
    ),
    Code.IDLE_DAY: Explanation(
        "A day field without an effect",
        "Where day of the month and day of the week are both given, cron fires on a day that "
        "matches either. `*/1` matches every day, so the other field changes nothing.",
        'schedule_interval: "0 0 */1 * 5"',
        'schedule_interval: "0 0 * * 5"',
        "Write `*` in the field that matches every day.",
    ),
    Code.FIXED_OFFSET: Explanation(
        "A fixed offset where clocks change",
        "Airflow reads the hours of the schedule at the offset of `start_date`, which is the same "
        "all year. In a zone with summer time the DAG then runs one hour early or late for half of "
        "the year.",
        'schedule_interval: "0 7 * * 1-5"\nstart_date: "2024-01-01T00:00:00+01:00"',
        'schedule_interval: "0 7 * * 1-5"\nstart_date: "2024-01-01"\ntimezone: Europe/Berlin',
        "Name the zone with `timezone`, or write the hours in UTC. Silence the warning if the "
        "offset is meant.",
    ),
    Code.BAD_TIME_ZONE: Explanation(
        "An unknown time zone",
        "A time zone is a name of the IANA database, with the offset of each day of the year. "
        "Abbreviations such as CEST and offsets such as +02:00 are none.",
        "timezone: Berlin",
        "timezone: Europe/Berlin",
        "Write a name such as `Europe/Berlin`; the database has the others.",
    ),
    Code.BAD_DURATION: Explanation(
        "Not a length of time",
        "A length of time is text with units: `30s`, `5m`, `1h30m`, `2d`, `1w`, or ISO 8601 such "
        "as `PT5M`. A number without a unit could be minutes or seconds.",
        "dagrun_timeout: 90",
        "dagrun_timeout: 90m",
        "Write the unit: `s`, `m`, `h`, `d` or `w`.",
    ),
    Code.NO_ADDRESS: Explanation(
        "Emails without an address",
        "Airflow sends its emails to the addresses under `email`. Without them it sends none, and "
        "says nothing of it.",
        "email_on_failure: true",
        "on_failure_callback: {notifier: SmtpNotifier, with: {to: data@example.com}}",
        "Add a notifier, or `email`, of which Airflow 3 warns; or remove the line.",
    ),
    Code.END_BEFORE_START: Explanation(
        "An end before the start",
        "Airflow would never run a DAG, or a task, whose end date is before its start date.",
        'start_date: "2024-01-01"\nend_date: "2023-12-31"',
        'start_date: "2024-01-01"\nend_date: "2024-12-31"',
        "Write a later `end_date`, or an earlier `start_date`.",
    ),
    Code.BAD_DAG_ID: Explanation(
        "dag_id is not an id",
        "An id has 1 to 200 ASCII letters, digits, `_`, `-` and `.`, and starts with a letter, a "
        "digit or `_`. It becomes part of file names and URLs.",
        "dag_id: daily report",
        "dag_id: daily_report",
        "Use the suggested id, or remove the key: the id is then made from `dag_name`.",
    ),
    Code.NO_DAG_ID: Explanation(
        "No id can be made from the name",
        "The id is the name in lower-case ASCII with `_` between the words. For this name that is"
        " empty, or too long.",
        'dag_name: "日報"',
        'dag_name: "日報"\ndag_id: nippo',
        "Give a `dag_id` as well; the name stays as it is.",
    ),
    Code.LOST_LETTERS: Explanation(
        "Letters of the name are not in the id",
        "The id is made of the ASCII letters and digits of the name. A letter with an accent counts"
        " as the letter; another letter is left out. Some, as of the Cyrillic alphabet, look like"
        " ASCII letters and are none.",
        'dag_name: "Заказы daily"',
        'dag_name: "Заказы daily"\ndag_id: zakazy_daily',
        "Give a `dag_id` as well, or correct the name.",
    ),
    Code.BAD_TASK_ID: Explanation(
        "task_id is not an id",
        "An id has 1 to 250 ASCII letters, digits, `_`, `-` and `.`, and starts with a letter, a "
        "digit or `_`. It is never changed silently, because other tasks and XComs refer to it.",
        "tasks:\n  - task_id: load data\n    task_type: bash\n    bash_command: echo a",
        "tasks:\n  - task_id: load_data\n    task_type: bash\n    bash_command: echo a",
        "Use the suggested id, and change it in `dependencies` too.",
    ),
    Code.DUPLICATE_TAG: Explanation(
        "A duplicate tag",
        "Airflow keeps only one of them, so the list would not match the DAG.",
        "tags: [etl, daily, etl]",
        "tags: [etl, daily]",
        "Remove one of them.",
    ),
    Code.UNKNOWN_TASK_TYPE: Explanation(
        "An unknown task type",
        f"A task is of type {' or '.join(f'`{name}`' for name in TASK_TYPES)}.",
        "tasks:\n  - task_id: a\n    task_type: shell\n    bash_command: echo a",
        "tasks:\n  - task_id: a\n    task_type: bash\n    bash_command: echo a",
        "Write a known type in lower case.",
    ),
    Code.OTHER_TASK_TYPE: Explanation(
        "A key of another task type",
        f"{_CODE_FIELDS}. The key would be ignored.",
        "tasks:\n  - task_id: a\n    task_type: bash\n    bash_command: echo a\n    python_code: "
        '"return 1"',
        "tasks:\n  - task_id: a\n    task_type: bash\n    bash_command: echo a",
        "Change `task_type`, or remove the key.",
    ),
    Code.NO_TASKS: Explanation(
        "A DAG without tasks",
        "Airflow loads such a DAG but does nothing with it.",
        "tasks: []",
        "tasks:\n  - task_id: a\n    task_type: bash\n    bash_command: echo a",
        "Add a task.",
    ),
    Code.TOO_MANY_TASKS: Explanation(
        "Too many tasks",
        "A DAG has at most 10,000 tasks, those in groups counted too.",
        fix="Split it into several DAGs.",
    ),
    Code.CONTEXT_OF_COMMAND: Explanation(
        "provide_context on a bash task",
        "The context is an argument of a Python function. A command always has it, through Jinja.",
        "tasks:\n  - task_id: a\n    task_type: bash\n    bash_command: echo {{ ds }}\n    "
        "provide_context: true",
        "tasks:\n  - task_id: a\n    task_type: bash\n    bash_command: echo {{ ds }}",
        "Remove the key, and use templates such as `{{ ds }}` in the command.",
    ),
    Code.TOO_MUCH_CODE: Explanation(
        "Too much code in one spec",
        "The code and the commands of all tasks have at most 400,000 characters together. Nothing "
        "else in the spec is checked until then.",
        fix="Move long code into modules or scripts that the tasks call, or split the DAG.",
    ),
}
