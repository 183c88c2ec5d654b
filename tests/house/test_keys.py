"""The key of identity tokens: made once, readable by its owner only, the same for every process."""

from passerelle.config.keys import _make, signing_key


def test_a_key_is_made_once_and_kept_from_others(tmp_path):
    path = tmp_path / "maison" / "oauth_key.pem"

    first, second = signing_key(path), signing_key(path)

    assert first == second
    assert first.startswith("-----BEGIN PRIVATE KEY-----")
    assert path.stat().st_mode & 0o077 == 0
    assert [each.name for each in path.parent.iterdir()] == ["oauth_key.pem"]


def test_two_processes_that_start_together_sign_with_one_key(tmp_path):
    path = tmp_path / "oauth_key.pem"
    first = signing_key(path)

    _make(path)  # as a process does that looked just before the other wrote

    assert signing_key(path) == first


def test_the_environment_may_name_another(tmp_path, monkeypatch):
    other = tmp_path / "autre.pem"
    other.write_text("clé")
    monkeypatch.setenv("PASSERELLE_OAUTH_KEY", str(other))

    assert signing_key(tmp_path / "oauth_key.pem") == "clé"
