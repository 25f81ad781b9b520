"""A run of tests, as a continuous integration does it."""

from __future__ import annotations

import unittest


class Sums(unittest.TestCase):
    """Some tests."""

    def test_sum(self) -> None:
        """Add."""
        for i in range(2000):
            with self.subTest(i=i):
                self.assertEqual(sum(range(i % 50)), (i % 50) * (i % 50 - 1) // 2)


unittest.TextTestRunner(verbosity=0).run(unittest.defaultTestLoader.loadTestsFromTestCase(Sums))
