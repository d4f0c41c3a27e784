"""No fact without a test: what `finwait list facts` names is in one of the tables here."""

import accept_test
import close_test
import conformance as c
import finwait_test as ft
import ports_test
import tls_test

TABLES = (
    close_test.ROWS,
    close_test.STRUCK,
    close_test.ORDERS,
    ports_test.ROWS,
    accept_test.ROWS,
    tls_test.ROWS,
)
BY_THEMSELVES = {"ports/tw-reuse-loopback"}  # ports_test.Loopback


class Facts(ft.TestCase):
    def test_every_fact_is_tested(self):
        listed = {row[1] for row in ft.listing("facts", cwd=ft.SOURCE)}
        tested = {row.scenario for rows in TABLES for row in rows}
        self.assertEqual(listed, tested | BY_THEMSELVES)

    def test_every_tested_scenario_names_its_fact(self):
        for rows in TABLES:
            for row in rows:
                with self.subTest(row.scenario):
                    ended = ft.finwait("check", row.scenario, cwd=ft.SOURCE)
                    self.assertEqual(ended.status, 0, ended)
                    self.assertRegex(ended.stdout, r"\n  fact: .+\n")


if __name__ == "__main__":
    c.main()
