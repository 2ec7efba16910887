"""Fakes of remote services: stateful, over real HTTP on a loopback port, with faults that a test scripts."""
