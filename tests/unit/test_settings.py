"""Settings from the environment."""

from dataclasses import dataclass

import pytest

from photolake.errors import SettingsError
from photolake.settings import Settings


@dataclass(frozen=True)
class Example(Settings):
    bucket: str
    rate: float
    hosts: tuple[str, ...]


def test_each_field_is_the_variable_of_its_name(monkeypatch):
    monkeypatch.setenv("BUCKET", "lake")
    monkeypatch.setenv("RATE", "0.5")
    monkeypatch.setenv("HOSTS", "a.example, b.example,")

    assert Example.from_env() == Example("lake", 0.5, ("a.example", "b.example"))


def test_a_missing_variable_is_named(monkeypatch):
    monkeypatch.delenv("BUCKET", raising=False)

    with pytest.raises(SettingsError, match="BUCKET is not set"):
        Example.from_env()


def test_a_variable_of_the_wrong_type_is_named(monkeypatch):
    monkeypatch.setenv("BUCKET", "lake")
    monkeypatch.setenv("RATE", "half")

    with pytest.raises(SettingsError, match="RATE='half' is not of type float"):
        Example.from_env()
