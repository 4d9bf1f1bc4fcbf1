"""The root in shares: so many bring it back and fewer do not; paper is read back."""

import io
import itertools
import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, ImageFilter
from shamir_mnemonic.wordlist import WORDLIST

from provisioning import (
    ceremony,
    keyfile,
    making,
    releases,
    sharepdf,
    shares,
    sharesheet,
    turnover,
)
from provisioning.authority import Authority
from provisioning.errors import (
    FileUnusable,
    PassphraseWrong,
    RootAbsent,
    ShareForeign,
    ShareInvalid,
    SharesFew,
    SheetUnreadable,
    ValueInvalid,
)
from provisioning.shares import Share
from tests.provisioning import printed
from wire.keys import Use, entry, raw_public

ROOT = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = entry(ROOT.public_key(), Use.ROOT)
SECRET = b"sau tu khong lien quan"


def same(key: Ed25519PrivateKey) -> bool:
    return raw_public(key) == raw_public(ROOT)


@pytest.mark.parametrize(("needed", "count"), [(2, 2), (2, 3), (3, 5)])
def test_any_so_many_bring_the_root_back_and_no_fewer(needed: int, count: int) -> None:
    made = shares.split(ROOT, needed, count)
    assert [each.number for each in made] == list(range(1, count + 1))
    for some in itertools.combinations(made, needed):
        assert same(shares.join(some, PUBLIC))
        with pytest.raises(SharesFew):
            shares.join(some[1:], PUBLIC)
    assert same(shares.join(made, PUBLIC))


def test_the_same_share_twice_counts_once() -> None:
    made = shares.split(ROOT, 2, 3)
    with pytest.raises(SharesFew):
        shares.join([made[0], made[0]], PUBLIC)
    assert same(shares.join([made[0], made[0], made[2]], PUBLIC))


@pytest.mark.parametrize(("needed", "count"), [(1, 1), (1, 3), (0, 2), (3, 2), (2, 17)])
def test_no_one_person_is_ever_the_root(needed: int, count: int) -> None:
    with pytest.raises(ValueInvalid):
        shares.split(ROOT, needed, count)


def test_shares_that_do_not_belong_together_make_nothing() -> None:
    first, second = shares.split(ROOT, 2, 3), shares.split(ROOT, 2, 3)
    with pytest.raises(ShareForeign):
        shares.join([first[0], second[1]], PUBLIC)
    other = shares.split(Ed25519PrivateKey.generate(), 2, 2)
    with pytest.raises(ShareForeign):
        shares.join(other, PUBLIC)
    with pytest.raises(SharesFew):
        shares.join([], PUBLIC)


@pytest.mark.parametrize("place", [0, 3, 4, 20, 32])
def test_a_wrong_word_is_noticed_wherever_it_is(place: int) -> None:
    words = shares.split(ROOT, 2, 2)[0].words.split()
    at = WORDLIST.index(words[place])
    words[place] = WORDLIST[(at + 1) % len(WORDLIST)]
    with pytest.raises(ShareInvalid):
        shares.read(" ".join(words))


@pytest.mark.parametrize("text", ["", "academic", "không phải từ nào", "x " * 33, "academic " * 33])
def test_what_is_no_share_is_said(text: str) -> None:
    with pytest.raises(ShareInvalid):
        shares.read(text)


def test_words_may_be_typed_in_capitals_and_lines() -> None:
    made = shares.split(ROOT, 2, 2)[0]
    assert shares.read(made.words.upper().replace(" ", "\n") + "\n") == made


def test_words_may_be_typed_with_the_numbers_that_stand_before_them() -> None:
    made = shares.split(ROOT, 2, 2)[0]
    lines = [f"{place:2}. {word}" for place, word in enumerate(made.words.split(), 1)]
    assert shares.read("\n".join(lines)) == made


def pages(folder: Path, now: datetime, needed: int = 2, count: int = 3) -> list[Path]:
    made = shares.split(ROOT, needed, count)
    return sharesheet.write(folder, made, "Huyện Mỹ Tú", PUBLIC, now)


def test_pages_are_for_their_holder_only_and_bring_the_root_back(
    tmp_path: Path, now: datetime
) -> None:
    made = pages(tmp_path / "pages", now)
    assert [path.stat().st_mode & 0o777 for path in made] == [0o600] * 3
    assert same(shares.join([sharesheet.read(path) for path in made[1:]], PUBLIC))
    with Image.open(made[0]) as page:
        assert page.size == sharesheet.PAGE
        assert round(page.info["dpi"][0]) == 300


def test_a_page_is_read_from_a_poor_photograph_too(tmp_path: Path, now: datetime) -> None:
    """Turned, small, blurred and grey, as a phone sees a page on a desk."""
    path = pages(tmp_path, now)[0]
    with Image.open(path) as page:
        small = page.convert("L").rotate(7, expand=True, fillcolor=255).resize((1100, 1550))
    dull = np.asarray(small.filter(ImageFilter.GaussianBlur(1)), dtype=np.float64) * 0.6 + 40
    Image.fromarray(dull.astype(np.uint8)).save(tmp_path / "photo.jpg", quality=60)
    assert sharesheet.read(tmp_path / "photo.jpg") == sharesheet.read(path)


def test_a_share_is_read_from_a_file_with_its_words(tmp_path: Path) -> None:
    made = shares.split(ROOT, 2, 2)[0]
    (tmp_path / "words.txt").write_text(made.words + "\n", encoding="utf-8")
    assert sharesheet.read(tmp_path / "words.txt") == made


def test_a_picture_without_a_share_is_none(tmp_path: Path) -> None:
    Image.new("L", (200, 200), 255).save(tmp_path / "empty.png")
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 40)
    for name in ("empty.png", "noise"):
        with pytest.raises(ShareInvalid, match=name):
            sharesheet.read(tmp_path / name)
    with pytest.raises(FileUnusable):
        sharesheet.read(tmp_path / "missing")


def test_a_page_that_cannot_be_read_back_founds_nothing(
    tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def smeared(share: Share, *_rest: object) -> bytes:
        path = tmp_path / "smear.png"
        Image.new("L", (50, 50), share.number).save(path)
        return path.read_bytes()

    monkeypatch.setattr(sharesheet, "draw", smeared)
    with pytest.raises(SheetUnreadable):
        founded(tmp_path, now)
    assert not (tmp_path / "authority").exists()


def test_a_founding_that_fails_leaves_no_pages_of_a_root_that_is_nobodys(
    tmp_path: Path, now: datetime
) -> None:
    with pytest.raises(ValueInvalid):
        ceremony.found(tmp_path / "a", "x" * 201, now=now, secret=SECRET, sheets=tmp_path / "pages")
    assert list(tmp_path.rglob("*.png")) == []
    assert not (tmp_path / "a").exists()


def founded(folder: Path, now: datetime) -> tuple[Authority, list[Path]]:
    home, made = ceremony.found(
        folder / "authority", "Xã Mẫu", now=now, secret=SECRET, sheets=folder / "pages"
    )
    return replaced(home), made


def replaced(home: Authority) -> Authority:
    return Authority(home.folder, home.public, ask=lambda: SECRET)


def test_the_root_is_on_paper_and_nowhere_in_the_folder(tmp_path: Path, now: datetime) -> None:
    home, made = founded(tmp_path, now)
    assert home.is_shared()
    with pytest.raises(RootAbsent):
        home.root()
    with pytest.raises(RootAbsent):
        home.issuer()
    root = shares.join([sharesheet.read(path) for path in made[:2]]).private_bytes_raw()
    for path in home.folder.rglob("*"):
        assert path.is_dir() or root not in path.read_bytes()
    assert not (home.folder / "offline/root.pem").exists()
    joined = ceremony.joined(home, made[:2])
    assert joined.root().private_bytes_raw() == root
    assert joined.issuer().ca == joined.issuer().ca


def test_work_that_needs_the_root_is_not_done_without_two_people(
    tmp_path: Path, now: datetime
) -> None:
    home, made = founded(tmp_path, now)
    with pytest.raises(RootAbsent):
        turnover.renew(home, now)
    with pytest.raises(RootAbsent):
        turnover.recover(home, now)
    with pytest.raises(RootAbsent):
        releases.sign(home, tmp_path, now)
    with pytest.raises(RootAbsent):
        ceremony.share(home, tmp_path / "more", now)
    with pytest.raises(SharesFew):
        ceremony.joined(home, made[:1])
    with pytest.raises(ShareForeign):
        ceremony.joined(home, pages(tmp_path / "foreign", now))


def test_keys_that_people_use_are_closed_and_those_of_services_are_not(
    tmp_path: Path, now: datetime
) -> None:
    home, _ = founded(tmp_path, now)
    closed = {
        str(path.relative_to(home.folder))
        for path in home.folder.rglob("*.pem")
        if keyfile.is_closed(path)
    }
    reserve = {f"offline/reserve-{kid}.pem" for kid in home.public.reserve}
    assert closed == reserve | {
        *("offline/ca-key.pem", "passes/seen.pem", "passes/declared.pem", "vault/seal.pem"),
        *("enrolment/enrol.pem", "enrolment/gate-ca-key.pem"),
        *(f"signing/{name}.pem" for name in ("policy", "card", "command", "status", "technician")),
    }
    home.signing_key(Use.POLICY)
    home.gate_issuer()
    stranger = Authority(home.folder, home.public, ask=lambda: b"another passphrase")
    with pytest.raises(PassphraseWrong):
        stranger.signing_key(Use.CARD)
    with pytest.raises(PassphraseWrong):
        stranger.gate_issuer()


def test_a_plain_authority_can_be_put_on_paper_and_then_works_from_it(
    home: Authority, tmp_path: Path, now: datetime
) -> None:
    ca = home.issuer().key.private_numbers()
    made = ceremony.share(home, tmp_path / "pages", now, 2, 2)
    assert home.is_shared()
    assert not (home.folder / "offline/root.pem").exists()
    joined = ceremony.joined(Authority(home.folder, home.public), made)
    assert joined.issuer().key.private_numbers() == ca
    assert {path.name for path in turnover.renew(joined, now)} >= {"keyring.json"}


def test_new_pages_of_the_same_root_work_and_do_not_mix_with_the_old(
    tmp_path: Path, now: datetime
) -> None:
    home, old = founded(tmp_path, now)
    joined = ceremony.joined(home, old[:2])
    fresh = ceremony.share(joined, tmp_path / "fresh", now, 3, 5)
    assert len(fresh) == 5
    ceremony.joined(home, fresh[1:4])
    with pytest.raises(ShareForeign):
        ceremony.joined(home, [old[0], fresh[0], fresh[1]])


def test_without_the_folder_offline_the_root_on_paper_still_replaces_everything(
    tmp_path: Path, now: datetime
) -> None:
    """A fire took the machine; public.json and roster.json came from the collector's."""
    home, made = founded(tmp_path, now)
    joined = ceremony.joined(home, made[1:])
    shutil.rmtree(home.folder / "offline")
    (home.folder / "offline").mkdir()
    assert turnover.recover(joined, now)[0].name == "keyring.json"
    kept = sorted((home.folder / "offline").glob("*.pem"))
    names = [path.name.partition("-")[0] for path in kept]
    assert names == ["ca", *["reserve"] * len(making.TURNS), "retired"]
    assert all(keyfile.is_closed(path) for path in kept)


def test_one_pdf_has_a_sheet_of_paper_for_each_holder_and_never_two_shares_on_one(
    tmp_path: Path, now: datetime
) -> None:
    """Printed on both sides: pages 1 and 2 are one sheet, 3 and 4 the next."""
    made = shares.split(ROOT, 2, 3)
    (path,) = sharepdf.write(tmp_path / "pages", made, "Huyện Mỹ Tú", PUBLIC, now)
    assert path.stat().st_mode & 0o777 == 0o600
    data = path.read_bytes()
    assert printed.pages(data) == 6
    assert sharepdf.read(path) == [made[0], None, made[1], None, made[2], None]
    told = printed.codes(data)
    assert [text for text, _ in told] == [f"GATE-ROOT-SHARE:{each.words.upper()}" for each in made]
    assert all(wide >= 50 for _, wide in told), "as large as a gate asks of paper"
    text = printed.text(data)
    assert text.count("cố ý để trống") == text.count("left blank on purpose") == 3
    for each in made:
        assert f"Mảnh khóa gốc {each.number}/3, cần 2 mảnh" in text
        assert f"Share {each.number} of 3 of the root key; 2 are needed" in text
        assert all(word in text for word in each.words.split())


def test_a_page_of_the_pdf_is_a_share_for_who_photographs_it(tmp_path: Path, now: datetime) -> None:
    made = shares.split(ROOT, 2, 2)
    (path,) = sharepdf.write(tmp_path, made, "Huyện Mỹ Tú", PUBLIC, now)
    document = pypdfium2.PdfDocument(path.read_bytes())
    picture = document[2].render(scale=2).to_pil().rotate(5, expand=True, fillcolor="white")
    document.close()
    picture.convert("L").save(tmp_path / "photo.jpg", quality=60)
    assert sharesheet.read(tmp_path / "photo.jpg") == made[1]


@pytest.mark.parametrize("wrong", ["swapped", "back", "few", "none"])
def test_a_pdf_that_is_not_what_it_should_be_founds_nothing(
    tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    made = shares.split(ROOT, 2, 2)
    found = {
        "swapped": [made[1], None, made[0], None],
        "back": [made[0], made[1], made[1], None],
        "few": [made[0], None, None, None],
        "none": [],
    }[wrong]
    monkeypatch.setattr(sharepdf, "read", lambda _path: found)
    with pytest.raises(SheetUnreadable):
        sharepdf.write(tmp_path, made, "Huyện Mỹ Tú", PUBLIC, now)


def test_a_file_that_is_no_pdf_is_said(tmp_path: Path, now: datetime) -> None:
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.4 no more")
    with pytest.raises(SheetUnreadable):
        sharepdf.read(tmp_path / "x.pdf")
    (tmp_path / "in the way").touch()
    with pytest.raises(FileUnusable):
        sharepdf.write(tmp_path / "in the way", shares.split(ROOT, 2, 2), "Xã", PUBLIC, now)


def test_a_long_name_stays_on_the_page(now: datetime) -> None:
    (made, *_) = shares.split(ROOT, 2, 2)
    page = sharesheet.draw(made, 2, "Ủy ban nhân dân huyện " * 9, PUBLIC, now)
    wide, tall = sharesheet.PAGE
    with Image.open(io.BytesIO(page)) as drawn:
        edge = drawn.convert("L").crop((wide - sharesheet.EDGE + 10, 0, wide, tall))
        assert edge.getextrema() == (255, 255)
