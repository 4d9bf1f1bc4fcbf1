"""`gate config check`: all that is wrong at one look, each with its key and a remedy."""

from tests.device.command import gate
from tests.device.site import Site


def complaints(site: Site) -> list[str]:
    said = gate("config", "check", "--config", site.config)
    lines = said.out.splitlines()
    assert said.status == (1 if "  -> " in said.out else 0)
    remedies = [line for line in lines if line.startswith("  -> ")]
    keys = [line.partition(":")[0] for line in lines if not line.startswith("  -> ")]
    assert not remedies or len(remedies) == len(keys)
    return keys


def test_a_configuration_that_is_right_is_called_so(site: Site) -> None:
    site.draw_pass("the.png")
    assert complaints(site) == ["The configuration is right."]


def test_everything_that_is_wrong_is_named_at_once(site: Site) -> None:
    site.configure(
        {
            "fps = 15": 'fps = "fast"',
            "vouched = true": "vouched = 3\nsummer = true",
            "retry_s = 1.0": "retry_s = -1.0\nwifi = 1",
        }
    )
    assert sorted(complaints(site)) == [
        "camera.fps", "clock.summer", "clock.vouched", "link.retry_s", "link.wifi",
    ]  # fmt: skip


def test_a_key_that_is_missing_ends_the_look(site: Site) -> None:
    site.configure({'path = "pictures"': "", "retry_s = 1.0": "retry_s = -1.0"})
    assert "camera.path" in complaints(site)


def test_what_is_named_and_not_there_is_said(site: Site) -> None:
    (site.keys / "root.json").unlink()
    site.configure({'"pictures"\nfps': '"gone"\nfps', '"pins.jsonl"': '"nowhere/pins.jsonl"'})
    assert complaints(site) == ["folders.keys", "camera.path", "panel.trace"]


def test_pins_that_are_shared_or_a_board_without_any_are_named(site: Site) -> None:
    site.configure({'board = "mock"': 'board = "mock"\npins = { green = 17, red = 17 }'})
    assert any(each.startswith("panel") for each in complaints(site))


def test_a_file_that_is_no_configuration_is_an_error_like_any_other(site: Site) -> None:
    site.config.write_text("[folders")
    assert gate("config", "check", "--config", site.config).code == "config-invalid"


def test_a_doorways_script_is_read_and_what_is_wrong_in_it_named(site: Site) -> None:
    script = site.config.parent / "crowd.json"
    site.configure(
        {'source = "pictures"\npath = "pictures"': 'source = "doorway"\nscript = "crowd.json"'}
    )
    for text in (None, "{}", '{"seed": 1, "start_up_ns": 0, "people": [{"who": "an"}]}'):
        if text is not None:
            script.write_text(text, encoding="utf-8")
        said = gate("config", "check", "--config", site.config)
        assert said.status == 1
        assert said.out.startswith("camera.script: ")
        assert "docs/passes.en.md" in said.out
    script.write_text('{"seed": 1, "start_up_ns": 0, "people": []}', encoding="utf-8")
    assert complaints(site) == ["The configuration is right."]
