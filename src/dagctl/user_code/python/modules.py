"""Modules of Python that code of tasks often forgets to import, with what it reads of them.

A table: to look into a module, a check would have to import it. `datetime` and `time` are left out:
of both it is not certain whether the module is meant. So are `urllib` and `concurrent`, whose parts
are imported by their whole names.
"""

from __future__ import annotations

MODULES: dict[str, frozenset[str]] = {
    name: frozenset(names.split())
    for name, names in {
        "ast": "literal_eval parse",
        "base64": "b64decode b64encode urlsafe_b64decode urlsafe_b64encode",
        "bisect": "bisect bisect_left bisect_right insort",
        "collections": "ChainMap Counter OrderedDict defaultdict deque namedtuple",
        "configparser": "ConfigParser",
        "contextlib": "closing contextmanager suppress",
        "copy": "copy deepcopy",
        "csv": "DictReader DictWriter reader writer",
        "dataclasses": "asdict astuple dataclass field fields replace",
        "decimal": "Decimal ROUND_HALF_UP",
        "fnmatch": "filter fnmatch",
        "functools": "cache lru_cache partial reduce wraps",
        "getpass": "getpass getuser",
        "glob": "escape glob iglob",
        "gzip": "GzipFile compress decompress open",
        "hashlib": "blake2b md5 new sha1 sha256 sha512",
        "heapq": "heapify heappop heappush nlargest nsmallest",
        "hmac": "compare_digest digest new",
        "html": "escape unescape",
        "importlib": "import_module reload",
        "inspect": "getsource signature",
        "io": "BytesIO StringIO TextIOWrapper",
        "itertools": (
            "accumulate chain combinations count cycle groupby islice permutations product repeat"
        ),
        "json": "JSONDecodeError JSONEncoder dump dumps load loads",
        "logging": (
            "DEBUG ERROR INFO WARNING basicConfig debug error exception getLogger info warning"
        ),
        "math": (
            "ceil cos exp floor inf isclose isnan log log10 log2 nan pi pow prod sin sqrt tan trunc"
        ),
        "operator": "attrgetter itemgetter methodcaller",
        "os": (
            "chdir chmod cpu_count environ fsync getcwd getenv getpid kill link "
            "listdir makedirs mkdir path remove removedirs rename replace rmdir "
            "scandir sep stat symlink system unlink walk"
        ),
        "pathlib": "Path PurePath PurePosixPath",
        "pickle": "dump dumps load loads",
        "platform": "machine node platform python_version system",
        "pprint": "pformat pprint",
        "random": "choice choices randint random sample seed shuffle uniform",
        "re": (
            "DOTALL I IGNORECASE M MULTILINE S compile escape findall finditer "
            "fullmatch match search split sub subn"
        ),
        "secrets": "choice token_bytes token_hex token_urlsafe",
        "shlex": "join quote split",
        "shutil": (
            "copy copy2 copyfile copyfileobj copytree disk_usage make_archive move "
            "rmtree unpack_archive which"
        ),
        "signal": "SIGINT SIGKILL SIGTERM alarm signal",
        "smtplib": "SMTP SMTP_SSL",
        "socket": "create_connection gethostbyname gethostname socket",
        "sqlite3": "Row connect",
        "ssl": "SSLContext create_default_context",
        "statistics": "mean median stdev variance",
        "string": ("Template ascii_letters ascii_lowercase ascii_uppercase digits punctuation"),
        "subprocess": (
            "CalledProcessError DEVNULL PIPE Popen STDOUT TimeoutExpired call "
            "check_call check_output run"
        ),
        "sys": (
            "argv executable exit getsizeof maxsize modules path platform stderr "
            "stdin stdout version version_info"
        ),
        "tarfile": "TarFile open",
        "tempfile": (
            "NamedTemporaryFile TemporaryDirectory TemporaryFile gettempdir mkdtemp mkstemp"
        ),
        "textwrap": "dedent fill indent shorten wrap",
        "threading": "Event Lock Thread",
        "traceback": "format_exc print_exc",
        "uuid": "UUID uuid1 uuid3 uuid4 uuid5",
        "warnings": "filterwarnings simplefilter warn",
        "zipfile": "ZIP_DEFLATED ZipFile is_zipfile",
        "zlib": "adler32 compress crc32 decompress",
        "zoneinfo": "ZoneInfo",
    }.items()
}
"""What is read of each module; where its own name is among it, a call of the name means that."""
