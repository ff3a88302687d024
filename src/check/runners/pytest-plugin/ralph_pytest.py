"""A plugin of pytest that tells ralph each result on a line of JSON: see test-report.ts for the shape.

It runs inside of the checked project's Python, 3.8 or newer, and pytest, 6.1 or newer, so it imports nothing but these.
The tests, and what they start, need not know of it. Every test that was collected is "started", and "stopped" by its
result: whatever ends the run in between leaves it open. Under xdist only the controller writes; its workers add to
their reports what only they know.
"""
import json
import os
import re
import traceback

import pytest

MESSAGE_CHARACTERS = 4000
VALUE_CHARACTERS = 600
FRAMES = 20

# Wherever they were asked for (command line, settings, PYTEST_ADDOPTS): one failure must not hide another, nor may an
# earlier run or a second try decide what this one says.
ALL_ONCE = {
    "maxfail": 0,
    "continue_on_collection_errors": True,
    "lf": False,
    # All of them run; what failed last comes first.
    "failedfirst": True,
    "stepwise": False,
    "reruns": 0,
    "usepdb": False,
    "trace": False,
}

UNRESOLVED = (ImportError, AttributeError, NameError)


def _take_from_environment(name, ours, separator):
    """Leaves of a variable what stood there before ralph put its own in front."""
    rest = os.environ.pop(name, "")
    if rest.startswith(ours + separator):
        os.environ[name] = rest[len(ours + separator) :]
    elif rest and rest != ours:
        os.environ[name] = rest


LOADED_BY = "-pralph_pytest"

_take_from_environment("PYTHONPATH", os.path.dirname(os.path.abspath(__file__)), os.pathsep)
_take_from_environment("PYTEST_ADDOPTS", LOADED_BY, " ")
_destination = os.environ.pop("RALPH_REPORT", None)

_compared = []
"""Both sides of the last `==` that failed in the phase that runs."""


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    for name, value in ALL_ONCE.items():
        if hasattr(config.option, name):
            setattr(config.option, name, value)


def pytest_configure(config):
    if _destination is not None:
        config.pluginmanager.register(_Reporter(_destination, str(config.rootpath)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes():
    # The workers of xdist read it, and have the path of this file from their controller.
    os.environ["PYTEST_ADDOPTS"] = f"{LOADED_BY} {os.environ.get('PYTEST_ADDOPTS', '')}"


@pytest.hookimpl(tryfirst=True)
def pytest_assertrepr_compare(op, left, right):
    if op == "==":
        _compared[:] = [_show(left), _show(right)]


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed and call.excinfo is not None:
        report.ralph = _describe(call.excinfo.value)
        if isinstance(call.excinfo.value, AssertionError):
            report.ralph.update(_values(report.ralph["message"]))
    _compared.clear()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_make_collect_report(collector):
    outcome = yield
    report = outcome.get_result()
    excinfo = getattr(getattr(report, "call", None), "excinfo", None)
    if report.failed and excinfo is not None:
        # pytest wraps what went wrong while it imported a file.
        error = excinfo.value.__cause__ if isinstance(excinfo.value, collector.CollectError) else excinfo.value
        error = error or excinfo.value
        file = _file_and_path(str(collector.config.rootpath), report.nodeid)[0]
        report.ralph = {**_describe(error), "failureType": _fault(error, file)}


class _Reporter:
    def __init__(self, destination, root):
        self._root = root
        self._pid = os.getpid()
        # Opened once: tests replace open() and os. By line, so that a child that was forked has nothing left to write.
        self._stream = open(destination, "a", buffering=1, encoding="utf-8")
        self._phases = {}
        self._is_collected = False
        self._unloadable = set()
        self._write("begin")

    def pytest_collection_finish(self, session):
        self._start([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node, ids):
        self._start(ids)

    def pytest_collectreport(self, report):
        if not report.failed:
            return
        file, _ = _file_and_path(self._root, report.nodeid)
        # Each worker of xdist tells it.
        if file not in self._unloadable:
            self._unloadable.add(file)
            self._write("file", file=file, path=[], isSuite=False, status="failed", **_details(report))

    def pytest_runtest_logreport(self, report):
        if report.outcome == "rerun":
            self._phases.pop(report.nodeid, None)
            return
        phases = self._phases.setdefault(report.nodeid, [])
        phases.append(report)
        if report.when in ("setup", "call"):
            return
        del self._phases[report.nodeid]
        file, path = _file_and_path(self._root, report.nodeid)
        self._write("test", file=file, path=path, isSuite=False, **_result(phases))
        self._write("stopped", file=file, name=" > ".join(path))

    def pytest_internalerror(self, excinfo):
        self._write("problem", **_describe(excinfo.value))

    def pytest_keyboard_interrupt(self, excinfo):
        self._write("problem", **_describe(excinfo.value))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self):
        self._write("end")

    def _start(self, nodeids):
        # Each worker of xdist tells all tests.
        if self._is_collected:
            return
        self._is_collected = True
        for nodeid in nodeids:
            file, path = _file_and_path(self._root, nodeid)
            self._write("started", file=file, name=" > ".join(path))

    def _write(self, kind, **fields):
        # A test that forks goes on with the run in its child, too.
        if os.getpid() == self._pid:
            self._stream.write(json.dumps({"type": kind, **fields}) + "\n")


def _file_and_path(root, nodeid):
    """`tests/test_a.py::TestA::test_b[1::2]` -> absolute file, ["TestA", "test_b[1::2]"]; addresses change with each run."""
    file, _, rest = nodeid.partition("::")
    names, bracket, parameters = rest.partition("[")
    path = names.split("::") if names else []
    if bracket:
        path[-1:] = [path[-1] + bracket + re.sub(r"0x[0-9a-f]{6,}", "0x", parameters)] if path else [rest]
    return os.path.normpath(os.path.join(root, file)), path


def _result(phases):
    """Of the reports of setup, call and teardown, among them those of a test's subtests."""
    failed = next((report for report in phases if report.failed), None)
    own = [report for report in phases if not hasattr(report, "context")]
    is_skipped = failed is None and any(report.skipped or hasattr(report, "wasxfail") for report in own)
    has_run = any(report.when == "call" and report.passed for report in own)
    result = {
        "status": "failed" if failed else "passed" if has_run or is_skipped else "unfinished",
        "isSkipped": is_skipped,
        "durationMs": round(sum(getattr(report, "duration", 0) for report in own) * 1000, 3),
    }
    if failed is None:
        return result
    kind = {} if failed.when == "call" else {"failureType": "hookFailed"}
    return {**result, **kind, **_details(failed)}


def _details(report):
    """What a report that failed says of why."""
    return getattr(report, "ralph", None) or {"message": str(report.longrepr or "")[:MESSAGE_CHARACTERS]}


def _describe(error):
    lines = traceback.format_exception_only(type(error), error)
    if isinstance(error, SyntaxError):
        lines = [lines[-1], *lines[:-1]]
    # A fixture that is not there: the exception itself holds objects only.
    message = error.formatrepr().errorstring if hasattr(error, "formatrepr") else "".join(lines)
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        frames.append((error.filename, error.lineno))
    own = [f"    at ({file}:{line})" for file, line in reversed(frames) if _is_own(str(file))]
    return {
        "message": re.sub("^AssertionError: ", "", message).strip()[:MESSAGE_CHARACTERS],
        "stack": "\n".join(own[:FRAMES]),
    }


def _is_own(file):
    return os.path.isabs(file) and re.search("/(site|dist)-packages/", file) is None


def _values(message):
    if not _compared:
        return {}
    actual, expected = _compared
    # pytest says which side was computed: `assert 3 == add(1, 2)` is written the other way round.
    if f"where {expected} = " in message and f"where {actual} = " not in message:
        actual, expected = expected, actual
    return {"expected": expected, "actual": actual}


def _show(value):
    try:
        return repr(value)[:VALUE_CHARACTERS]
    except Exception as error:
        return f"<{type(value).__name__} whose repr() raises {type(error).__name__}>"


def _fault(error, file):
    """See LoadFault in core/check.ts; None where the file itself is sound."""
    if isinstance(error, SyntaxError):
        return "syntax" if os.path.realpath(error.filename or "") == os.path.realpath(file) else None
    return "unresolved" if isinstance(error, UNRESOLVED) else None
