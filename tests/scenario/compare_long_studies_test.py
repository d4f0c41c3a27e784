"""The studies in configs/compare that take a minute find what docs/compare.md says of them."""

import compare_studies as studies
import finwait_test as ft


class Studies(studies.StudyTestCase):
    def test_they_find_what_they_are_for(self):
        self.run_studies(studies.LONG)


if __name__ == "__main__":
    ft.main()
