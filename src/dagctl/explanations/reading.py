"""DAG1xx: the text itself, before it is a spec."""

from dagctl.explanations.explanation import Explanation
from dagctl.findings.codes import Code

READING = {
    Code.NOT_UTF8: Explanation(
        "The text is not UTF-8",
        "A spec is UTF-8 text. Other encodings cannot be detected reliably, so dagctl does not "
        "guess.",
        fix="Save the file as UTF-8.",
    ),
    Code.FILE_TOO_LARGE: Explanation(
        "The text is too large",
        "A spec has at most 2,000,000 bytes.",
        fix="Split it into several DAGs, or move long code into a module or script that the tasks "
        "call.",
    ),
    Code.RAW_CHARACTER: Explanation(
        "A character that must be escaped",
        "Control characters, and line ends that YAML versions read differently, would be changed "
        "or lost when the text is read. They can be written as escapes in double quotes.",
        'description: "one\u2028two"',
        'description: "one\\u2028two"',
        "Remove the character, or write it as an escape such as \\u2028 in double quotes.",
    ),
    Code.EMPTY_DOCUMENT: Explanation(
        "The document is empty",
        "The text contains nothing but white space or comments.",
        "# dag_name: Report",
        "dag_name: Report",
        "Write at least `dag_name` and `tasks`; `dagctl help spec` shows an example.",
    ),
    Code.NOT_A_MAPPING: Explanation(
        "The document is not a mapping",
        "A spec is one mapping of keys to values. A list or a single value has no keys.",
        "- dag_name: Report",
        "dag_name: Report",
        "Start the document with `dag_name: ...`, without `- ` before it.",
    ),
    Code.TOO_DEEP: Explanation(
        "The document is nested too deeply",
        "A spec needs four levels. More than 64 are refused before they can exhaust the machine.",
        "tags: " + "[" * 70 + "]" * 70,
        "tags: [etl]",
        "Remove the nesting.",
    ),
    Code.TOO_MANY_VALUES: Explanation(
        "The document has too many values",
        "A document has at most 150,000 keys and values and 2,000,000 characters, counting each "
        "YAML alias in full. A few lines of aliases can stand for millions of values.",
        fix="Split it into several DAGs; write values out instead of nesting aliases.",
    ),
    Code.DUPLICATE_KEY: Explanation(
        "A duplicate key",
        "Most parsers silently keep the last value and lose the first.",
        "owner: ann\nowner: ben",
        "owner: ann",
        "Remove one of the two.",
    ),
    Code.KEY_NOT_TEXT: Explanation(
        "A key is not text",
        "The keys of a spec are text; an unquoted number, `true` or `null` is not.",
        "1: x",
        "description: x",
        "Correct the key, or quote it.",
    ),
    Code.NUMBER_TOO_LARGE: Explanation(
        "A number is too large",
        "The number has hundreds of digits, or is too large for a floating-point number.",
        "retry_delay_minutes: 1.0e+999",
        "retry_delay_minutes: 60",
        "Write a smaller number; quote it if it is text.",
    ),
    Code.UNUSED_IGNORE: Explanation(
        "A comment that silences nothing",
        "A comment `# dagctl: ignore CODE` silences the warnings with this code on its own line. "
        "There is none, or it is an error, which cannot be silenced.",
        "owner: data-team  # dagctl: ignore DAG454",
        "owner: data-team",
        "Remove the comment, or move it to the line that the warning names.",
    ),
    Code.LEFT_OUT: Explanation(
        "More findings than are shown",
        "At most 100 errors and 100 warnings of one spec are shown, and at most 20 of one value. "
        "Checks stop where no more would be shown, so there may be more errors than this says.",
        fix="Correct what is shown, and check again.",
    ),
    Code.TOO_COSTLY: Explanation(
        "The check took too much",
        "The check of one spec has a limit of time, and on a server of memory too, so that one "
        "spec does not stop the work of others. A spec within the other limits rarely comes near "
        "to it.",
        fix="Split the spec, or move long code into modules and scripts that the tasks call. If "
        "the machine was busy, try again.",
    ),
    Code.YAML_SYNTAX: Explanation(
        "The text is not valid YAML",
        "The line does not fit the lines before it: wrong indentation, a missing `:` or `- `, a "
        "quote or bracket that is never closed.",
        "owner data-team",
        "owner: data-team",
        "Look at the line and at the one before it.",
    ),
    Code.YAML_QUOTE: Explanation(
        "Text that has to be quoted",
        "Some characters have a meaning in YAML: `*` starts an alias, `&` an anchor, `[` a list. "
        "`@`, `%` and a backtick are reserved, and `: ` in a text starts a mapping.",
        "schedule_interval: @daily",
        'schedule_interval: "@daily"',
        "Put the text in quotes, or in a block after `|`.",
    ),
    Code.YAML_QUOTE_JINJA: Explanation(
        "Jinja that has to be quoted",
        "In YAML, `{{` starts a mapping inside a mapping.",
        "description: {{ ds }}",
        'description: "{{ ds }}"',
        "Put the text in quotes, or in a block after `|`.",
    ),
    Code.YAML_TAB: Explanation(
        "A tab in the indentation",
        "YAML does not define the width of a tab, so it allows none in the indentation.",
        "tasks:\n\t- task_id: a",
        "tasks:\n  - task_id: a\n    task_type: bash\n    bash_command: echo a",
        "Indent with spaces; most editors can do this automatically.",
    ),
    Code.YAML_SEVERAL_DOCUMENTS: Explanation(
        "More than one document",
        "One file holds one spec. A second document, after `---` or `...`, would be lost.",
        "owner: ann\n---\nowner: ben",
        "owner: ann",
        "Put each spec in its own file.",
    ),
    Code.YAML_TAG: Explanation(
        "A YAML tag",
        "Tags such as `!!python/object` turn text into something other than data. A spec is plain"
        " data.",
        "description: !!binary aGVsbG8=",
        "description: hello",
        "Remove the tag; quote the text if it begins with `!`.",
    ),
    Code.YAML_ALIAS: Explanation(
        "An invalid alias or anchor",
        "An alias (`*name`) stands for the value that an anchor (`&name`) before it marks. Here "
        "there is no such anchor, there are two, or the alias is part of the value it stands for.",
        "owner: *team",
        "owner: &team data\ndescription: *team",
        "Write the value out, or quote it if it is text.",
    ),
    Code.YAML_MERGE: Explanation(
        "A merge key without a mapping",
        "`<<` takes the keys of another mapping in, or of a list of mappings. What stands beside "
        "it wins; of a list the first mapping wins. It may stand once in a mapping.",
        "<<: ann",
        "<<: {owner: ann}",
        "Name an anchored mapping: `<<: *base`, where `&base` stands before a mapping.",
    ),
    Code.YAML_WORD: Explanation(
        "A word that YAML versions read differently",
        "YAML 1.1 reads yes, no, on and off as true or false; YAML 1.2 reads them as text. So "
        "`no` may be Norway or false.",
        "owner: no",
        'owner: "no"',
        "Quote the text, or write true or false.",
    ),
    Code.YAML_DATE: Explanation(
        "A date that YAML versions read differently",
        "YAML 1.1 reads it as a date, YAML 1.2 as text. Only in `start_date`, `end_date` and "
        "`$datetime` do both mean the same.",
        "dag_name: 2024-01-01",
        'dag_name: "2024-01-01"',
        "Quote it.",
    ),
    Code.YAML_NUMBER: Explanation(
        "A number that YAML versions read differently",
        "010 is 8 or 10, 12:30 is 750 or a text, 1_000 and 1e3 are numbers or texts.",
        "retries: 010",
        "retries: 10",
        "Write numbers in plain decimal digits; quote text.",
    ),
    Code.JSON_SYNTAX: Explanation(
        "The text is not valid JSON",
        "Something here is not JSON, or something is missing.",
        '{"dag_name" "Report"}',
        '{"dag_name": "Report", "tasks": [{"task_id": "a", "task_type": "bash", "bash_command": '
        '"true"}]}',
        "Look at the character and at the one before it.",
    ),
    Code.JSON_TRAILING_COMMA: Explanation(
        "A comma before a closing bracket",
        "JSON allows no comma after the last item.",
        '{"dag_name": "Report", "tasks": [{"task_id": "a", "task_type": "bash", "bash_command": '
        '"true"}],}',
        '{"dag_name": "Report", "tasks": [{"task_id": "a", "task_type": "bash", "bash_command": '
        '"true"}]}',
        "Remove the comma.",
    ),
    Code.JSON_COMMENT: Explanation(
        "A comment in JSON",
        "JSON has no comments.",
        '{"dag_name": "Report", // weekly\n "tasks": [{"task_id": "a", "task_type": "bash", '
        '"bash_command": "true"}]}',
        '{"dag_name": "Report",\n "tasks": [{"task_id": "a", "task_type": "bash", "bash_command": '
        '"true"}]}',
        "Remove the comment, or write the spec in YAML.",
    ),
    Code.JSON_PYTHON: Explanation(
        "Python instead of JSON",
        "JSON uses true, false and null, and only double quotes.",
        '{"dag_name": "Report", "catchup": True, '
        '"tasks": [{"task_id": "a", "task_type": "bash", "bash_command": "true"}]}',
        '{"dag_name": "Report", "catchup": true, '
        '"tasks": [{"task_id": "a", "task_type": "bash", "bash_command": "true"}]}',
        "Write it as JSON does; `json.dumps` in Python does it for you.",
    ),
    Code.JSON_NOT_FINITE: Explanation(
        "NaN or Infinity",
        "JSON has only finite numbers, and so do the fields of a spec.",
        '{"dag_name": "Report", "retry_delay_minutes": NaN, '
        '"tasks": [{"task_id": "a", "task_type": "bash", "bash_command": "true"}]}',
        '{"dag_name": "Report", "retry_delay_minutes": 5, '
        '"tasks": [{"task_id": "a", "task_type": "bash", "bash_command": "true"}]}',
        "Write a finite number.",
    ),
    Code.JSON_SURROGATE: Explanation(
        "Half of a surrogate pair",
        "Characters beyond U+FFFF take two \\u escapes in JSON. One alone is not a character and "
        "cannot be stored.",
        '{"dag_name": "Report \\ud83d", "tasks": [{"task_id": "a", "task_type": "bash", '
        '"bash_command": "true"}]}',
        '{"dag_name": "Report \\ud83d\\ude00", "tasks": [{"task_id": "a", "task_type": "bash", '
        '"bash_command": "true"}]}',
        "Write the character itself, or both halves.",
    ),
    Code.PLAIN_CREDENTIAL: Explanation(
        "A secret in plain text",
        "The spec is copied into the DAG file, the commit, the store and the registry: everyone "
        "who can read one of them has the secret. dagctl knows the published formats of tokens "
        "(AWS, GitHub, GitLab, Slack, Stripe, Google, Supabase and others), private keys, JSON Web "
        "Tokens and passwords in URLs, and takes a text under a key such as `password`, `api_key`, "
        '`client_secret` or `auth_token` for one; in code and commands also `password = "..."`, '
        "`PGPASSWORD=...`, `--password=...`, `Authorization: Bearer ...` and `curl -u user:...`. "
        "It is a warning; no output quotes the secret.",
        "tasks: [{task_id: a, task_type: bash, bash_command: "
        "'AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE aws s3 ls'}]",
        "tasks: [{task_id: a, task_type: bash, bash_command: "
        "'AWS_ACCESS_KEY_ID={{ conn.aws.login }} aws s3 ls'}]",
        "Revoke the secret: it may be in the history of git already. Keep the new one in an "
        "Airflow connection, a variable or a secrets backend, and read it from there.",
    ),
}
