"""DAG6xx: templates, and the values of their parameters."""

from dagctl.explanations.explanation import Explanation
from dagctl.findings.codes import Code

TEMPLATES = {
    Code.BAD_TEMPLATE_HEAD: Explanation(
        "The head of a template is not right",
        "A template is a spec with the key `template`: a mapping with `name`, `version` (a number "
        "from 1), `description`, and `parameters`, each with rules in JSON Schema.",
        fix="Correct the head; `dagctl templates show NAME` shows one that is right.",
    ),
    Code.BAD_REFERENCE: Explanation(
        "A reference to a parameter that is not right",
        "`${{ params.name }}` stands for the value of a parameter of the template. The parameter "
        "must be in `template.parameters`, and each parameter there must be used.",
        fix="Correct the name, or add the parameter.",
    ),
    Code.UNBOUNDED_PARAMETER: Explanation(
        "Free text where text becomes code",
        "A value in a shell command, in Python or SQL code, or in the name of a class is run. A "
        "template may put a parameter there only if its rules leave no room for code: choices "
        "(`enum`), a number, a date, or a `pattern` that fits no shell or SQL code.",
        fix="Give the parameter `enum` or a `pattern`; or pass it as data, such as by `env`.",
    ),
    Code.BAD_VALUE: Explanation(
        "A value that a parameter cannot have",
        "The value breaks the rules of the parameter, the template has no such parameter, or the "
        "value would become code: text with `{{`, keys that begin with `$`, control characters.",
        fix="Correct the value; `dagctl templates show NAME` lists the parameters.",
    ),
    Code.MISSING_VALUE: Explanation(
        "A parameter has no value",
        "The template gives it no default, so each spec must say it.",
        fix="Add `--set name=value`, or the key under `with`.",
    ),
    Code.BAD_USE: Explanation(
        "A template that cannot be used",
        "`use: NAME@VERSION` links a spec to a template of the workspace (folder `templates`) or "
        "of the gallery. The version is named, so that a new one changes no DAG by itself.",
        fix="Correct the name or the version; `dagctl templates` lists them.",
    ),
}
