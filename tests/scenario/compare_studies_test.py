"""The studies in configs/compare that take seconds find what docs/compare.md says of them."""

import glob
import os

import compare_studies as studies
import finwait_test as ft


class Studies(studies.StudyTestCase):
    def test_each_is_known(self):
        paths = glob.glob(os.path.join(ft.SOURCE, "configs", "compare", "*.yaml"))
        shipped = {os.path.splitext(os.path.basename(path))[0] for path in paths}
        self.assertEqual(shipped, set(studies.FOUND))
        self.assertLessEqual(set(studies.TAUGHT), shipped)

    def test_they_find_what_they_are_for(self):
        self.run_studies(studies.QUICK)


if __name__ == "__main__":
    ft.main()
