"""The rules of each stage as pure functions: no rows, no masks; every number is a setting.

The time is an argument, too: only a clock of ``leases`` reads it.

The same answers give the same verdicts in any order and on any machine, so a campaign can be replayed from its log.
"""
