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


@dataclass(frozen=True)
class Switch(Settings):
    is_on: bool


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False)])
def test_a_boolean_is_true_or_false(text, value):
    assert Switch.from_env({"IS_ON": text}) == Switch(value)


@pytest.mark.parametrize("text", ["", "True", "1", "yes"])
def test_what_is_not_true_or_false_is_named(text):
    with pytest.raises(SettingsError, match=f"IS_ON: '{text}' is not true or false"):
        Switch.from_env({"IS_ON": text})


def test_a_missing_variable_is_named(monkeypatch):
    monkeypatch.delenv("BUCKET", raising=False)

    with pytest.raises(SettingsError, match="BUCKET is not set"):
        Example.from_env()


def test_a_variable_of_the_wrong_type_is_named(monkeypatch):
    monkeypatch.setenv("BUCKET", "lake")
    monkeypatch.setenv("RATE", "half")

    with pytest.raises(SettingsError, match="RATE='half' is not of type float"):
        Example.from_env()
