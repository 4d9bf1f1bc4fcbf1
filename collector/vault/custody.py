"""The wrapped keys: one file that tells nothing until enough custodians have spoken.

    keys        the authority's sealing key and the vault's master key, under the root secret
    root        16 random bytes, split among the custodians (k of n)
    share       each under a key that scrypt makes of its custodian's passphrase

Every part is bound to the set it was made with, to its place and to the custodian's name, so that
no part of another set, and no share under another name, opens. Values only: no file, no clock.
"""

import base64
import os
import unicodedata
from collections.abc import Mapping
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from collector.i18n import N_
from collector.vault import sharing
from collector.vault.errors import (
    CustodiansInvalid,
    CustodianUnknown,
    CustodyBroken,
    PassphraseWeak,
    PassphraseWrong,
)
from wire.canonical import canonical

MIN_CHARS = 16
NONCE_BYTES = 12
KEY_BYTES = 32
_INFO = b"gq/v1/vault/"
Name = Annotated[str, msgspec.Meta(pattern=r"^[\w.@-]{1,64}$")]


class Cost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a guess at a passphrase costs: scrypt's parameters."""

    log2_n: Annotated[int, msgspec.Meta(ge=1, le=20)] = 17
    """128 MB and a third of a second on the district's server."""
    r: Annotated[int, msgspec.Meta(ge=1, le=32)] = 8
    p: Annotated[int, msgspec.Meta(ge=1, le=16)] = 1


class Share(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One custodian's share, sealed under the passphrase."""

    custodian: Name
    number: Annotated[int, msgspec.Meta(ge=1, le=sharing.MAX_SHARES)]
    set: str
    """Id of the set it belongs to."""
    salt: str
    cost: Cost
    sealed: str


class Custody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    set: str
    threshold: Annotated[int, msgspec.Meta(ge=1, le=sharing.MAX_SHARES)]
    seal: str
    """Name of the sealing key inside (its kid)."""
    shares: tuple[Share, ...]
    keys: str
    demo: bool = False
    """One custodian alone: good for a demonstration and for nothing else."""
    v: int = 1

    def share(self, custodian: str) -> Share:
        """Return a custodian's share; raise CustodianUnknown."""
        for each in self.shares:
            if each.custodian == custodian:
                return each
        raise CustodianUnknown


class Secrets(msgspec.Struct, frozen=True):
    """What the custodians guard."""

    seal: bytes
    """The raw X25519 key that opens data keys."""
    master: bytes
    """Wraps the keys of epochs and holds."""
    older: tuple[bytes, ...] = ()
    """The keys before it, for what was sealed to those."""

    @property
    def plain(self) -> bytes:
        """Return all of it, as it is wrapped."""
        return b"".join((self.seal, self.master, *self.older))

    def __repr__(self) -> str:
        """Say nothing."""
        return "<Secrets>"


def wrapped(
    secrets: Secrets,
    kid: str,
    passphrases: Mapping[str, str],
    threshold: int,
    *,
    demo: bool = False,
    cost: Cost | None = None,
) -> Custody:
    """Wrap the secrets for custodians by name.

    Raises CustodiansInvalid or PassphraseWeak.
    """
    _check(tuple(passphrases), threshold, demo=demo)
    for passphrase in passphrases.values():
        check_strength(passphrase)
    root, mark = os.urandom(sharing.SECRET_BYTES), os.urandom(16).hex()
    names = list(passphrases)
    shares = sharing.split(root, threshold, len(names))
    return Custody(
        set=mark,
        threshold=threshold,
        seal=kid,
        shares=tuple(
            _sealed(shares[number], name, number, mark, passphrases[name], cost or Cost())
            for number, name in enumerate(names, 1)
        ),
        keys=_encrypted(_root_key(root, mark), secrets.plain, _bound(mark, threshold, kid)),
        demo=demo,
    )


def opened_share(custody: Custody, custodian: str, passphrase: str) -> tuple[int, bytes]:
    """Return a custodian's share and its number; raise CustodianUnknown or PassphraseWrong.

    A share that is of another set raises CustodyBroken, whatever the passphrase.
    """
    share = custody.share(custodian)
    if share.set != custody.set:
        raise CustodyBroken(N_("a share of another set"))
    key = _passphrase_key(passphrase, _unbase64(share.salt), share.cost)
    try:
        plain = _decrypted(key, share.sealed, _place(share.set, share.custodian, share.number))
    except InvalidTag as error:
        raise PassphraseWrong from error
    return share.number, plain


def opened(custody: Custody, shares: Mapping[int, bytes]) -> Secrets:
    """Return the secrets that enough shares give; raise CustodyBroken if they do not fit."""
    root = sharing.joined(shares, custody.threshold)
    try:
        plain = _decrypted(
            _root_key(root, custody.set),
            custody.keys,
            _bound(custody.set, custody.threshold, custody.seal),
        )
    except InvalidTag as error:
        raise CustodyBroken(N_("the shares do not open the keys")) from error
    seal, master, *older = (
        plain[begin : begin + KEY_BYTES] for begin in range(0, len(plain), KEY_BYTES)
    )
    return Secrets(seal, master, tuple(older))


def resealed(custody: Custody, shares: Mapping[int, bytes], seal: bytes, kid: str) -> Custody:
    """Return the custody with a new key of the authority, the old one beside it.

    The custodians' shares stay as they are. Raises CustodyBroken if `shares` do not open it.
    """
    old = opened(custody, shares)
    secrets = Secrets(seal, old.master, (old.seal, *old.older))
    root = sharing.joined(shares, custody.threshold)
    bound = _bound(custody.set, custody.threshold, kid)
    keys = _encrypted(_root_key(root, custody.set), secrets.plain, bound)
    return msgspec.structs.replace(custody, seal=kid, keys=keys)


def check_strength(passphrase: str) -> None:
    """Raise PassphraseWeak for one that is short or says the same again and again."""
    plain = _plain(passphrase)
    if len(plain) < MIN_CHARS or len(set(plain)) < MIN_CHARS // 2:
        raise PassphraseWeak


def read(data: bytes) -> Custody:
    """Read the file; raise CustodyBroken."""
    try:
        custody = msgspec.json.decode(data, type=Custody)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CustodyBroken(N_("not the form of that file")) from error
    numbers = {share.number for share in custody.shares}
    if len(numbers) != len(custody.shares) or custody.threshold > len(numbers):
        raise CustodyBroken(N_("shares are missing or there twice"))
    return custody


def _check(names: tuple[str, ...], threshold: int, *, demo: bool) -> None:
    for name in names:
        try:
            msgspec.convert(name, Name)
        except msgspec.ValidationError as error:
            raise CustodiansInvalid(N_("a name is of letters, digits and -_.@")) from error
    if len(names) > sharing.MAX_SHARES or threshold > len(names) or threshold < 1:
        raise CustodiansInvalid(N_("fewer custodians than are asked for, or too many"))
    if (threshold == 1) is not demo:
        raise CustodiansInvalid(N_("one alone could open everything"))


def _sealed(share: bytes, name: str, number: int, mark: str, passphrase: str, cost: Cost) -> Share:
    salt = os.urandom(16)
    key = _passphrase_key(passphrase, salt, cost)
    sealed = _encrypted(key, share, _place(mark, name, number))
    return Share(name, number, mark, base64.b64encode(salt).decode(), cost, sealed)


def _passphrase_key(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    kdf = Scrypt(salt=salt, length=KEY_BYTES, n=2**cost.log2_n, r=cost.r, p=cost.p)
    return kdf.derive(_plain(passphrase).encode())


def _plain(passphrase: str) -> str:
    """Return one form of it: keyboards compose letters differently."""
    return unicodedata.normalize("NFKC", passphrase.strip())


def _root_key(root: bytes, mark: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, mark.encode(), _INFO + b"root").derive(root)


def _place(mark: str, name: str, number: int) -> bytes:
    return _INFO + canonical({"set": mark, "custodian": name, "number": number})


def _bound(mark: str, threshold: int, kid: str) -> bytes:
    return _INFO + canonical({"set": mark, "threshold": threshold, "seal": kid})


def _encrypted(key: bytes, plain: bytes, bound: bytes) -> str:
    nonce = os.urandom(NONCE_BYTES)
    sealed = ChaCha20Poly1305(key).encrypt(nonce, plain, bound)
    return base64.b64encode(nonce + sealed).decode()


def _decrypted(key: bytes, text: str, bound: bytes) -> bytes:
    raw = _unbase64(text)
    if len(raw) < NONCE_BYTES:
        raise CustodyBroken(N_("not the form of that file"))
    return ChaCha20Poly1305(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound)


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise CustodyBroken(N_("not the form of that file")) from error
