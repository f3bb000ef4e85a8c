"""Builders and fakes that the tests of the laptop cloud share."""
