"""DAG1xx: the text itself, before it is a spec."""

from dagctl.catalogue.entry import Entry
from dagctl.spec.codes import Code

READING = {
    Code.NOT_UTF8: Entry(
        "The text is not UTF-8",
        "A spec is text in UTF-8. Another encoding cannot be told from it with certainty, so none "
        "is guessed.",
        "",
        "",
        "Save the file as UTF-8.",
    ),
    Code.FILE_TOO_LARGE: Entry(
        "The text is too large",
        "A spec has at most 2,000,000 bytes.",
        "",
        "",
        "Make several DAGs of it, or move long code into a module or script that the tasks call.",
    ),
    Code.RAW_CHARACTER: Entry(
        "A character that may not stand in the text as it is",
        "Control characters, and line ends that YAML versions read differently, would be changed "
        "or lost when the text is read. They can be written as escapes in double quotes.",
        'description: "one\u2028two"',
        'description: "one\\u2028two"',
        "Remove the character, or write it as an escape such as \\u2028 in double quotes.",
    ),
    Code.EMPTY_DOCUMENT: Entry(
        "The document is empty",
        "There is nothing but white space or comments in the text.",
        "# dag_name: Report",
        "dag_name: Report",
        "Write at least `dag_name` and `tasks`; `dagctl help spec` shows an example.",
    ),
    Code.NOT_A_MAPPING: Entry(
        "The document is not a mapping",
        "A spec is one mapping of keys to values. A list or a single value has no keys.",
        "- dag_name: Report",
        "dag_name: Report",
        "Begin the document with `dag_name: ...`, without `- ` before it.",
    ),
    Code.TOO_DEEP: Entry(
        "The document is nested too deeply",
        "A spec needs four levels. More than 64 are refused before they can exhaust the machine.",
        "tags: " + "[" * 70 + "]" * 70,
        "tags: [etl]",
        "Remove the nesting.",
    ),
    Code.TOO_MANY_VALUES: Entry(
        "The document has too many values",
        "A document has at most 150,000 keys and values and 2,000,000 characters, each YAML alias "
        "counted with all that it stands for. A few lines of aliases can stand for millions of "
        "values.",
        "",
        "",
        "Make several DAGs of it; write values out instead of nesting aliases.",
    ),
    Code.DUPLICATE_KEY: Entry(
        "A key stands twice in one mapping",
        "Most readers keep the last value in silence and lose the first.",
        "owner: ann\nowner: ben",
        "owner: ann",
        "Remove one of the two.",
    ),
    Code.KEY_NOT_TEXT: Entry(
        "A key is not text",
        "Keys of a spec are text; an unquoted number, `true` or `null` is none.",
        "1: x",
        "description: x",
        "Correct the key, or quote it.",
    ),
    Code.NUMBER_TOO_LARGE: Entry(
        "A number is too large",
        "The number has hundreds of digits, or is so large that a computer takes it for infinity.",
        "retry_delay_minutes: 1.0e+999",
        "retry_delay_minutes: 60",
        "Write a smaller number; quote it if it is text.",
    ),
    Code.YAML_SYNTAX: Entry(
        "The text is not valid YAML",
        "The line does not fit what stands before it: a wrong indentation, a missing `:` or `- `, "
        "a quote or bracket that is never closed.",
        "owner data-team",
        "owner: data-team",
        "Look at the line and at the one before it.",
    ),
    Code.YAML_QUOTE: Entry(
        "A text has to be quoted",
        "Some characters begin something else in YAML: `*` an alias, `&` an anchor, `[` a list. "
        "`@`, `%` and a backtick are reserved, and `: ` in a text begins a mapping.",
        "schedule_interval: @daily",
        'schedule_interval: "@daily"',
        "Put the text in quotes, or into a block behind `|`.",
    ),
    Code.YAML_QUOTE_JINJA: Entry(
        "Jinja has to be quoted",
        "To YAML, `{{` begins a mapping in a mapping.",
        "description: {{ ds }}",
        'description: "{{ ds }}"',
        "Put the text in quotes, or into a block behind `|`.",
    ),
    Code.YAML_TAB: Entry(
        "A tab in the indentation",
        "YAML does not say how wide a tab is and therefore allows none in the indentation.",
        "tasks:\n\t- task_id: a",
        "tasks:\n  - task_id: a\n    task_type: bash\n    bash_command: echo a",
        "Indent with spaces; most editors can do that by themselves.",
    ),
    Code.YAML_SEVERAL_DOCUMENTS: Entry(
        "More than one document",
        "One file holds one spec. A second document, behind `---` or `...`, would be lost.",
        "owner: ann\n---\nowner: ben",
        "owner: ann",
        "Give each spec a file of its own.",
    ),
    Code.YAML_TAG: Entry(
        "A YAML tag",
        "Tags such as `!!python/object` make other things than data of a text. A spec is plain "
        "data.",
        "description: !!binary aGVsbG8=",
        "description: hello",
        "Remove the tag; quote the text if it begins with `!`.",
    ),
    Code.YAML_ALIAS: Entry(
        "An alias or anchor that cannot be",
        "An alias (`*name`) stands for what an anchor (`&name`) before it marks. Here there is no "
        "such anchor, there are two, or the alias is part of what it stands for.",
        "owner: *team",
        "owner: &team data\ndescription: *team",
        "Write the value out, or quote it if it is text.",
    ),
    Code.YAML_MERGE: Entry(
        "Merging with `<<`",
        "The merge key is not part of YAML 1.2, and readers differ in which value wins.",
        "<<: {owner: ann}",
        "owner: ann",
        "Write the keys out.",
    ),
    Code.YAML_WORD: Entry(
        "A word that YAML versions read differently",
        "YAML 1.1 reads yes, no, on and off as true or false, YAML 1.2 as text. So `no` may be "
        "Norway or a refusal.",
        "owner: no",
        'owner: "no"',
        "Quote the text, or write true or false.",
    ),
    Code.YAML_DATE: Entry(
        "A date that YAML versions read differently",
        "YAML 1.1 makes a date of it, YAML 1.2 keeps the text. Only in `start_date` both mean the "
        "same.",
        "dag_name: 2024-01-01",
        'dag_name: "2024-01-01"',
        "Quote it.",
    ),
    Code.YAML_NUMBER: Entry(
        "A number that YAML versions read differently",
        "010 is 8 or 10, 12:30 is 750 or a text, 1_000 and 1e3 are numbers or texts.",
        "retries: 010",
        "retries: 10",
        "Write a number in plain decimal digits; quote what is text.",
    ),
    Code.JSON_SYNTAX: Entry(
        "The text is not valid JSON",
        "Something else than JSON demands stands here, or something is missing.",
        '{"dag_name" "Report"}',
        '{"dag_name": "Report", "tasks": [{"task_id": "a", "task_type": "bash", "bash_command": '
        '"true"}]}',
        "Look at the character and at the one before it.",
    ),
    Code.JSON_TRAILING_COMMA: Entry(
        "A comma before a closing bracket",
        "JSON allows no comma behind the last item.",
        '{"dag_name": "Report", "tasks": [{"task_id": "a", "task_type": "bash", "bash_command": '
        '"true"}],}',
        '{"dag_name": "Report", "tasks": [{"task_id": "a", "task_type": "bash", "bash_command": '
        '"true"}]}',
        "Remove the comma.",
    ),
    Code.JSON_COMMENT: Entry(
        "A comment in JSON",
        "JSON has no comments.",
        '{"dag_name": "Report", // weekly\n "tasks": [{"task_id": "a", "task_type": "bash", '
        '"bash_command": "true"}]}',
        '{"dag_name": "Report",\n "tasks": [{"task_id": "a", "task_type": "bash", "bash_command": '
        '"true"}]}',
        "Remove the comment, or write the spec in YAML.",
    ),
    Code.JSON_PYTHON: Entry(
        "Python instead of JSON",
        "JSON writes true, false and null, and has double quotes only.",
        '{"dag_name": "Report", "catchup": True, '
        '"tasks": [{"task_id": "a", "task_type": "bash", "bash_command": "true"}]}',
        '{"dag_name": "Report", "catchup": true, '
        '"tasks": [{"task_id": "a", "task_type": "bash", "bash_command": "true"}]}',
        "Write it as JSON does; `json.dumps` in Python does it for you.",
    ),
    Code.JSON_NOT_FINITE: Entry(
        "NaN or Infinity",
        "JSON has finite numbers only, and no field of a spec takes another.",
        '{"dag_name": "Report", "retry_delay_minutes": NaN, '
        '"tasks": [{"task_id": "a", "task_type": "bash", "bash_command": "true"}]}',
        '{"dag_name": "Report", "retry_delay_minutes": 5, '
        '"tasks": [{"task_id": "a", "task_type": "bash", "bash_command": "true"}]}',
        "Write a finite number.",
    ),
    Code.JSON_SURROGATE: Entry(
        "Half of a surrogate pair",
        "Characters beyond U+FFFF take two \\u escapes in JSON. One alone is no character and "
        "cannot be stored.",
        '{"dag_name": "Report \\ud83d", "tasks": [{"task_id": "a", "task_type": "bash", '
        '"bash_command": "true"}]}',
        '{"dag_name": "Report \\ud83d\\ude00", "tasks": [{"task_id": "a", "task_type": "bash", '
        '"bash_command": "true"}]}',
        "Write the character itself, or both halves.",
    ),
}
