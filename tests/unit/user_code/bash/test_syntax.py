"""What bash cannot read is said, and what it can read is not: compared with bash itself."""

from __future__ import annotations

import re
import subprocess
import time

import pytest

from dagctl.errors import Severity
from dagctl.user_code.bash.bash_command import syntax_problems
from dagctl.user_code.bash.bash_syntax import fault_in
from dagctl.user_code.bash.rendered import rendered

GOOD = [
    "for f in a b; do echo $f; done",
    "for ((i = 0; i < 3; i++)); do echo $i; done",
    "for f\ndo echo $f\ndone",
    "if test -f a; then\n  echo \"it's\"\nelif true; then echo b; else echo 'c d'; fi > out 2>&1",
    'while read -r a; do echo "$a"; done < <(ls | sort)',
    "case $1 in\n  a|b) echo x;;\n  (c) ;;\n  *) if true; then echo y; fi ;;\nesac",
    "f() { echo a; }\nfunction g { echo b; }\nf && ! g || { echo c; exit 1; }",
    'x=(a \'b c\' $(ls)) && echo ${x[@]} ${x[0]#a} ${x%.*} "${y:-"a b"}" $((1 + (2 * 3)))',
    "cat <<EOF > out\nit's $(echo a)\nEOF\necho b # don't",
    "cat <<-'E F' <<X\n\ta\n\tE F\nb\nX\necho c",
    "x=$(cat <<E\na)\nE\n)\necho $x",
    "[[ $a =~ ^(b|c)$ && ! -f 'd e' ]] && (cd x; (ls)) | tee `date +%F` &",
    "awk '{print $1}' a | sed \"s/a/\\\"/\" ; echo \\' $'it\\'s' $\"x\" a#b $# ${x#a}",
    "time -p ls; ! grep -q a b; echo fi done } { ; select x in a; do break; done",
    "if (true); then { (echo a); }; fi; ((x = 1)); ((echo a); echo b) >| c <&-",
    'echo $$ "$$(a)" ${a//\\//b} {a,b} a\\\nb',
]
ODD = [
    "if(a); then(b); elif((1)); then [[(a) ]]; else(c); fi; for((;;)); do(d) done",
    "case a in(b) esac; case a in (esac) b;; (c|esac) d;; e|esac) f;; esac",
    "for a\nin b; do c; done; select a\n# it's\ndo b; done",
    "time -p -- { a; }; x=(done then b); y=(if)",
    "i\\\nf a; th\\\nen b; fi; x=\\\n(1 2)",
    "echo 2>&1>a <&0<b; echo > 'a'2>b; while read a; do b; done < <(c)2> >(d)",
    "[[ a ]]>b; [[ a =~ \\( ]]; [[ (a) ]]",
    "a <<E $(b\nc) d\nit's\nE\ne",
    *("for a in b; { c; }", "for ((;;))\n{ d; }", "a &\\\n& b", "echo $\\\n(c d)", "a >\\\n> b"),
    *("[[ (a = b)]]", "if [[ a ]]then b; fi", "[[ a =~ (b ]] c) ]]", "[[ a == @(b ]] ) ]]"),
    *("[[ a =~ \\ ]] ]]", "[[ ]] =~ b ]]", "a[(1 + 2) * 3]=b", "declare -A d=([e (f)]=g)"),
]
"""What has once been taken for an error; not all of it is followed to its end."""
BAD = {
    "echo it's done": ("this single quote is not closed", 7),
    'echo "a': ("this double quote is not closed", 5),
    "echo `date": ("this backtick is not closed", 5),
    "echo don't\necho 'a (b)'": ("this single quote is not closed", 8),
    "if true; then\n  ls": ("`if` has no `fi`", 0),
    "if true then ls; fi": ("`if` has no `then`", 0),
    "if true; then # nothing\nfi": ("there is no command before `fi`", 24),
    "for f in *\n  ls $f\ndone": ("`for` has no `do`", 0),
    "while true; do\n  if a; then b\ndone": ("`if` has no `fi`", 17),
    "case a in\n b) ls\n c) ls;;\nesac": ("`)` where no pattern of `case` is", 19),
    "case a in b) ls;;": ("`case` has no `esac`", 0),
    "f() { ls": ("`{` has no `}`", 4),
    "ls; fi": ("`fi` without `if`", 4),
    "echo a (b)": ("`(` cannot stand here", 7),
    "echo a)": ("`)` without `(`", 6),
    "echo $(ls": ("`$(` has no `)`", 5),
    "echo ${a": ("`${` has no `}`", 5),
    "x=(a": ("`=(` has no `)`", 2),
    "[[ -f a ] && ls": ("`[[` has no `]]`", 0),
    "a &&": ("there is no command behind `&&`", 2),
    "a | | b": ("there is no command before `|`", 4),
    "; a": ("there is no command before `;`", 0),
    "a;;": ("`;;` outside of `case`", 1),
    "a >": ("there is no file behind `>`", 3),
    "if a; then b; fi c": ("`c` cannot stand behind `fi`", 17),
}
ENDLESS = {
    "cat <<EOF\na\n  EOF\nls": "`EOF` must stand at the start of its line, with no blank behind it",
    "cat <<EOF\na": "write `EOF` alone on a line behind the text",
}
SIGN = re.compile(r"[A-Za-z]+|<<|;;|&&|\|\||\[\[|\]\]|[^\sA-Za-z]|\n")


def refuses(command: str) -> bool:
    """Return whether bash cannot read a command; it goes on after some slips between `[[ ]]`."""
    said = subprocess.run(
        ["bash", "-n", "-c", command], capture_output=True, text=True, check=False
    )
    return bool(said.returncode) or "syntax error" in said.stderr or "unexpected" in said.stderr


@pytest.mark.parametrize("command", GOOD + ODD)
def test_a_command_that_bash_can_read_has_no_problem(command: str) -> None:
    assert not refuses(command)
    assert not syntax_problems(command)
    shell = rendered(command)
    assert shell is not None
    assert fault_in(shell.text) is None


@pytest.mark.parametrize("command", BAD)
def test_what_bash_cannot_read_is_an_error_at_its_place(command: str) -> None:
    assert refuses(command)
    fault = fault_in(command)
    assert fault is not None
    assert (fault.message, fault.start) == BAD[command]
    [problem] = syntax_problems(command)
    assert problem.severity is Severity.ERROR


@pytest.mark.parametrize(
    "leaves", ["{ :; exit; }", "{\nexec true\n}", "! exit 0", "{ { exit; }; }"]
)
def test_bash_does_not_read_what_is_behind_the_line_in_which_it_ends(leaves: str) -> None:
    command = f"{leaves}\n) garbage (("
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "syntax error" not in run.stderr
    assert not syntax_problems(command)


@pytest.mark.parametrize(
    "stays", ["f() { exit; }", "false && { exit; }", "(exit)", "function g {\nexit\n}", "exit;"]
)
def test_bash_reads_on_behind_what_does_not_end_it(stays: str) -> None:
    command = f"{stays}{' ' if stays.endswith(';') else chr(10)})"
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "syntax error" in run.stderr
    assert len(syntax_problems(command)) == 1


def test_a_line_end_of_windows_is_one_of_unix_since_jinja_makes_it_so() -> None:
    for command in ("a \\\r\n && b", "cat <<E\r\n{{ ds }}it's\r\nE\r\n", "if a\rthen b\rfi"):
        assert not syntax_problems(command)
    [problem] = syntax_problems("a\r\nb \r\nc 'd")
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (3, 3)


def test_a_quote_with_a_dollar_over_two_lines_is_named_at_its_sign() -> None:
    fault = fault_in("echo a$'b\nc'd (e)")
    assert fault is not None
    assert (fault.message, fault.start) == ("this single quote is not closed", 7)


@pytest.mark.parametrize("command", ENDLESS)
def test_a_here_document_without_an_end_is_a_warning_as_bash_takes_it(command: str) -> None:
    assert not refuses(command)
    [problem] = syntax_problems(command)
    assert (problem.severity, problem.hint) == (Severity.WARNING, ENDLESS[command])


def test_with_a_sign_less_or_twice_each_error_is_one_of_bash_and_most_are_seen() -> None:
    wrong = seen = 0
    for command in GOOD:
        for sign in list(SIGN.finditer(command))[::6]:
            before, behind = command[: sign.start()], command[sign.end() :]
            for changed in (before + behind, before + sign.group() * 2 + behind):
                fault = fault_in(changed)
                is_wrong = refuses(changed)
                assert is_wrong or fault is None or not fault.stops, changed
                wrong += is_wrong
                seen += is_wrong and fault is not None
    assert seen > 0.7 * wrong > 20


@pytest.mark.parametrize(
    ("command", "severity"),
    [
        ('echo "{{ ds }}', Severity.WARNING),
        ("if true; then echo {{ ds }}", Severity.WARNING),
        ("{{ params.before }}; fi", None),
        ("{{ params.before }} echo a (b)", None),
        ("{% if params.x %}if true; then{% endif %} ls", None),
        ("echo '{{ \"it's\" }}", None),
        ("echo {{ a | replace(\"'\", '') }}'", None),
        ("echo '{{ ti.xcom_pull(task_ids='a') }}'", None),
        ("ls !(a) %(b)s", None),
        ("{# don't #}{% raw %}echo {{it}}{% endraw %}", None),
        ("{% raw %}echo 'a{% endraw %}", Severity.ERROR),
        ("{# don't #}echo 'a", Severity.ERROR),
        ("cat <<E\n{{ ds }}\nE\necho '{{ ds }}'", None),
    ],
)
def test_a_template_gives_no_error_that_an_expression_may_mend(
    command: str, severity: Severity | None
) -> None:
    found = syntax_problems(command)
    assert [problem.severity for problem in found] == ([] if severity is None else [severity])


def test_the_place_in_a_command_with_a_template_is_that_in_the_spec() -> None:
    [problem] = syntax_problems("echo {{ ds }}{# a #}\n  echo {{ ds }} 'a")
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (2, 17)


PIECES = ['"', "'", "`", "$(", "${", "$((", "(", "a(", "{ ", "if ", "case a in (", "<<E\n"]
PIECES += [
    "a[",
    "[[ (",
    "\r\n",
    "<<-E\n\t",
    "x=(",
    "#",
    "a#",
    "[[ ",
    '"$(',
    "\\\n",
    "{{ ds }}",
    "f () ",
    "a <<E <<F ",
]


@pytest.mark.parametrize("piece", PIECES)
def test_any_command_is_read_in_a_time_in_proportion_to_its_length(piece: str) -> None:
    text = piece * (30_000 // len(piece))
    start = time.process_time()
    syntax_problems(text)
    assert time.process_time() - start < 1
