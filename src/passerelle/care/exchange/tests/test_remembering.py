from passerelle.care.channels.api import Declarations
from passerelle.care.exchange.listener import intake
from passerelle.care.exchange.rules.verdict import House


def remembered(told):
    asked = []
    house = House(establishment_of=lambda facility: f"of {facility}", accepts_trials=True, declared=lambda: told)
    return intake._Remembered(house, lambda: asked.append(1)), asked


def test_what_was_just_asked_is_not_asked_again():
    memory, asked = remembered(None)
    memory.asked.declared()
    memory.asked.establishment_of("CHU-X")

    assert memory.now.declared() is None
    assert memory.now.establishment_of("CHU-X") == "of CHU-X"
    assert asked == []


def test_what_grows_old_is_asked_again_once_and_no_message_waits_for_it(monkeypatch):
    memory, asked = remembered(None)
    memory.asked.declared()
    memory.asked.establishment_of("CHU-X")
    monkeypatch.setattr(intake, "_DECLARED_S", 100.0)
    monkeypatch.setattr(intake, "_REMEMBERED_S", 100.0)

    for _ in range(3):
        memory.now.declared()
        memory.now.establishment_of("CHU-X")
    assert asked == [1]
    memory.ask_again()

    memory.now.declared()
    memory.now.establishment_of("CHU-X")
    assert asked == [1]


def test_what_changed_is_told_once_asked_again(monkeypatch):
    told = [None, Declarations({}, {}, {}, ())]
    house = House(establishment_of=str, accepts_trials=True, declared=lambda: told.pop(0))
    memory = intake._Remembered(house, lambda: None)
    memory.asked.declared()

    memory.ask_again()

    assert memory.now.declared() == Declarations({}, {}, {}, ())
