"""An exposition by others' tools: promtool and the strict parser of Prometheus' Python client."""

import collections
import json
import shutil
import subprocess
import sys

# Debian's packages are of Debian's python.
STRICT = """
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = text_string_to_metric_families(sys.stdin.read())
json.dump([[one.name, one.type, one.unit, one.documentation,
            [[sample.name, sample.labels, sample.value, sample.timestamp] for sample in one.samples]]
           for one in families], sys.stdout)
"""
Family = collections.namedtuple("Family", "name type unit help samples")


def python():
    for program in (sys.executable, "/usr/bin/python3"):
        command = [program, "-c", "import prometheus_client.openmetrics.parser"]
        if shutil.which(program) and not subprocess.run(command, stderr=subprocess.DEVNULL).returncode:
            return program
    return None


def parsed(test, text):
    """Its families by their names, as the strict parser has them, which promtool takes too."""
    program = python()
    if program is None or shutil.which("promtool") is None:
        test.skipTest("no promtool or no prometheus_client (scripts/deps --tests)")
    lint = ["promtool", "check", "metrics"]
    ended = subprocess.run(lint, input=text, capture_output=True, text=True, check=False)
    test.assertEqual((ended.returncode, ended.stdout + ended.stderr), (0, ""))
    ended = subprocess.run(
        [program, "-c", STRICT], input=text, capture_output=True, text=True, check=False
    )
    test.assertEqual((ended.returncode, ended.stderr), (0, ""))
    families = [Family(*one) for one in json.loads(ended.stdout)]
    test.assertTrue(text.endswith("# EOF\n"))
    test.assertEqual(text.count("# EOF"), 1)
    for family in families:
        test.assertIsNone(next((s for s in family.samples if s[3] is not None), None))
    return {family.name: family for family in families}
