import type { Honest } from "./honest-case.ts";

const POINT = `class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y
`;
const POINT_EQ = `${POINT}
    def __eq__(self, other):
        if not isinstance(other, Point):
            return NotImplemented
        return (self.x, self.y) == (other.x, other.y)

    def __hash__(self):
        return hash((self.x, self.y))
`;
const CONTEST = 'def best(entries):\n    """Return the entry with the most votes."""\n    return entries[0]\n';
const contestTest = (name: string): string =>
  `from contest import ${name}\n\n\ndef test_most_votes_win():\n    assert ${name}([("a", 1), ("b", 3)]) == ("b", 3)\n`;

const doctested = (body: string): string =>
  `def double(number):\n    """Give twice the number.\n\n    >>> double(4)\n    8\n    """\n    return ${body}\n`;

const GREET = `import sys


def main(arguments):
    if not arguments:
        print("usage: greet NAME", file=sys.stderr)
        return 2
    print(f"Hello {arguments[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
`;
const GREET_TEST = `import subprocess
import sys


def run(*words):
    return subprocess.run([sys.executable, "greet.py", *words], capture_output=True, text=True)


def test_greets():
    assert run("Ada").stdout == "Hello Ada\\n"


def test_asks_for_a_name():
    assert run().returncode == 2
`;

export const PYTEST_CASES: readonly Honest[] = [
  {
    what: "a class with an __eq__ that compares its fields, for the tester's test",
    files: {
      "shapes.py": POINT,
      "tests/test_old.py": "from shapes import Point\n\n\ndef test_x():\n    assert Point(1, 2).x == 1\n",
    },
    task: "Points with the same coordinates are equal.\n\n## Files to Create/Modify\n- [ ] shapes.py (MODIFY)\n- [ ] tests/test_equal.py (CREATE)\n",
    tests: {
      "tests/test_equal.py":
        "from shapes import Point\n\n\ndef test_same_coordinates_are_equal():\n    assert Point(1, 2) == Point(1, 2)\n    assert Point(1, 2) != Point(2, 1)\n    assert len({Point(1, 2), Point(1, 2)}) == 1\n",
    },
    code: { "shapes.py": POINT_EQ },
  },
  {
    what: "a module called contest, and pytest.ini because the task asks for it",
    files: {
      "contest.py": CONTEST,
      "pytest.ini": "[pytest]\ntestpaths = tests\n",
      "tests/test_contest.py": contestTest("best"),
    },
    task: "The most votes win. Slow tests get a marker.\n\n## Files to Create/Modify\n- [ ] contest.py (MODIFY)\n- [ ] pytest.ini (MODIFY)\n",
    code: {
      "contest.py": CONTEST.replace("entries[0]", "max(entries, key=lambda entry: entry[1])"),
      "pytest.ini": "[pytest]\ntestpaths = tests\nmarkers =\n    slow: takes more than a second\n",
    },
  },
  {
    what: "a module whose examples are its tests, in a file that the task names",
    files: { "calc.py": doctested("number") },
    checks: ["python3 -m pytest --doctest-modules"],
    task: "Twice means twice.\n\n## Files to Create/Modify\n- [ ] calc.py (MODIFY)\n",
    code: { "calc.py": doctested("number * 2") },
  },
  {
    what: "a module whose examples are its tests, and that nobody names",
    files: { "calc.py": doctested("number") },
    checks: ["python3 -m pytest --doctest-modules"],
    task: "Twice means twice.\n",
    code: { "calc.py": doctested("number * 2") },
  },
  {
    what: "a program that ends with sys.exit",
    files: { "greet.py": "", "tests/test_greet.py": GREET_TEST },
    task: "A program that greets whom it is given.\n",
    code: { "greet.py": GREET },
  },
];
