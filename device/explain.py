"""`gate explain`: what a code is, in words, for a technician or a help line.

It says the kind, the fields (covered), what was checked, and what each policy would answer, with
what to do about it. It judges as a door does that has never seen this person.
"""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from device.camera.pictures import load_luma
from device.credential import classify
from device.credential.masked import Field, fields
from device.errors import PictureUnreadable
from device.flow import Verdict
from device.i18n import _
from device.judges import Judge
from device.message import N_
from device.reading.decoder import decode
from device.verdict.policy import NO_VERSION, default
from device.verdict.reasons import MARKS, TABLE
from device.verdict.trust import Finding, Status
from device.words import ADVICE, IDENTITIES, KINDS, SIGNATURES
from wire import controlcard
from wire.canonical import Document
from wire.policy import Policy
from wire.record import Outcome

MAX_TEXT = 64 * 1024
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".heic", ".svg")
NAMED_LIKE_FILES = frozenset({*PICTURES, ".pdf", ".txt"})
"""What ends so and is not there is a mistake in the name, and no code's text."""
PATHS = ("/", "./", "../", "~/")
"""So does what begins so, as no code does."""
STATUSES = {
    Status.GOOD: N_("not withdrawn"),
    Status.WITHDRAWN: N_("withdrawn"),
    Status.SUSPENDED: N_("suspended for a time"),
    Status.UNLISTED: N_("nothing is known of this pass"),
}


class Rules(msgspec.Struct, frozen=True):
    """A policy to explain a code by, and who judges by it."""

    name: str
    policy: Policy
    judge: Judge


class Answer(msgspec.Struct, frozen=True):
    """What one policy says."""

    policy: str
    verdict: Verdict


class Explained(msgspec.Struct, frozen=True):
    """One code, explained."""

    source: str
    """The file it came from, or ""."""
    kind: str
    fields: tuple[Field, ...]
    answers: tuple[Answer, ...]
    word: Finding | None = None
    """What the issuer's list says of a pass."""


def by_policies(judge: Judge, others: Sequence[tuple[Policy, bool]]) -> list[Rules]:
    """Return the rules to explain codes by.

    They are those in force, those of a site without a policy, and `others`: each with whether the
    authority signed it.
    """
    rules = []
    if judge.policy.version != NO_VERSION:
        rules.append(Rules(_named(judge.policy, _("in force here")), judge.policy, judge))
    rules.append(Rules(_("a site without a policy of its own"), default(""), judge))
    for policy, is_signed in others:
        doubt = "" if is_signed else _("not signed by an authority known here")
        rules.append(Rules(_named(policy, doubt), policy, judge))
    return rules


def _named(policy: Policy, remark: str) -> str:
    name = _("{site}, policy {version}").format(site=policy.site, version=policy.version)
    return f"{name} ({remark})" if remark else name


def codes_in(
    given: str, standard_input: Callable[[], bytes], *, is_text: bool = False
) -> list[tuple[str, bytes]]:
    """Return the codes that an argument names, each with the file it came from.

    A picture has any number of codes; any other file, and "-", is one text; what names no file is
    a text itself, and anything with `is_text`. Raises PictureUnreadable for a file that is not
    there or cannot be read.
    """
    if is_text:
        return [("", given.encode("utf-8", "surrogateescape"))]
    if given == "-":
        return [("", standard_input()[:MAX_TEXT])]
    path = Path(given)
    try:
        if given and (path.exists() or path.is_symlink()) and not path.is_file():
            msg = f"{given}: {N_('not a file')}"  # a pipe would be waited for
            raise PictureUnreadable(msg)
        if not path.is_file() and not _names_file(given):
            return [("", given.encode("utf-8", "surrogateescape"))]
        with path.open("rb") as file:
            head = file.read(MAX_TEXT)
    except FileNotFoundError as error:
        msg = f"{given}: {N_('no such file; if it is the text of a code, add --text')}"
        raise PictureUnreadable(msg) from error
    except (PermissionError, IsADirectoryError) as error:
        msg = f"{given}: {error.strerror}"
        raise PictureUnreadable(msg) from error
    except (OSError, ValueError):  # too long for a name, or with a NUL: a text
        return [("", given.encode("utf-8", "surrogateescape"))]
    if _is_text(head):
        return [(given, head.strip(b"\r\n"))]
    try:
        return [(given, text) for text in decode(load_luma(path))]
    except OSError as error:
        msg = f"{given}: {error.strerror}"
        raise PictureUnreadable(msg) from error


def _names_file(given: str) -> bool:
    """Say whether a text can only be the name of a file, there or not.

    A slash alone is no sign: texts of codes have it too.
    """
    folder, name = os.path.split(given)
    is_named = name.lower().endswith(tuple(NAMED_LIKE_FILES)) or given.startswith(PATHS)
    return is_named or (folder != "" and Path(folder).is_dir())


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(head) < MAX_TEXT and "\0" not in text


def explain(source: str, code: bytes, rules: Sequence[Rules]) -> Explained:
    """Say all there is to say of one code."""
    credential = classify(code)
    answers = tuple(Answer(each.name, each.judge.judge(credential, each.policy)) for each in rules)
    if isinstance(credential.content, controlcard.Parsed):
        answers = _of_gate(answers, rules[0].judge)
    word = rules[0].judge.word(credential)
    return Explained(source, credential.kind, tuple(fields(credential)), answers, word)


def _of_gate(answers: tuple[Answer, ...], judge: Judge) -> tuple[Answer, ...]:
    """Return the one answer to a control card, which no policy changes; none without a gate."""
    if judge.orders is None:
        return ()
    return (msgspec.structs.replace(answers[0], policy=_("the gate that was named")),)


def as_json(explained: Explained) -> str:
    """Spell it as one JSON object on one line."""
    document: Document = {
        "kind": explained.kind,
        "fields": {each.label: each.value for each in explained.fields},
        "policies": [_answer(each) for each in explained.answers],
    }
    if explained.word is not None:
        document["list"] = {"status": explained.word.status, "age_s": explained.word.age_s}
    if explained.source:
        document = {"file": explained.source, **document}
    return json.dumps(document, ensure_ascii=False)


def _answer(answer: Answer) -> Document:
    verdict = answer.verdict
    return {
        "policy": answer.policy,
        "signature": verdict.signature,
        "identity": verdict.identity,
        "verdict": verdict.outcome,
        "reason": verdict.reason,
        "signal": verdict.signal,
        "marks": list(verdict.marks),
    }


def as_text(explained: Explained) -> str:
    """Say it to a person."""
    source = explained.source
    lines = [source if source.isprintable() else ascii(source)] if source else []
    lines.append(_(KINDS[explained.kind]))
    width = max((len(_(each.label)) for each in explained.fields), default=0)
    lines += [f"  {_(each.label):<{width}}  {_(each.value)}" for each in explained.fields]
    if not explained.fields:
        lines.append("  " + _("nothing of this code is kept"))
    if explained.word is not None:
        lines.append("  " + _listed(explained.word))
    if explained.kind in ADVICE:
        lines.append("  " + _(ADVICE[explained.kind]))
    if not explained.answers:
        lines.append("  " + _("name the gate with --config to learn what it says to this card"))
    for answer in explained.answers:
        lines += _said(answer)
    return "\n".join(lines)


def _listed(word: Finding) -> str:
    """Say what the list of withdrawn passes says, and how old it is."""
    if word.age_s is None:
        return _("the list of its issuer's withdrawn passes is not here")
    told = _("{status}, says its issuer's list, {hours} hours old")
    return told.format(status=_(STATUSES[word.status]), hours=int(word.age_s // 3600))


def _said(answer: Answer) -> list[str]:
    verdict, row = answer.verdict, TABLE[answer.verdict.reason]
    sign = "+" if verdict.outcome is Outcome.ACCEPTED else "-"
    facts = f"{_(SIGNATURES[verdict.signature])}; {_(IDENTITIES[verdict.identity])}"
    lines = [f"{sign} {answer.policy}", f"    {_(row.says)}", f"    {facts}"]
    lines += [f"    {_(MARKS[mark])}" for mark in verdict.marks]
    if verdict.outcome is not Outcome.ACCEPTED:
        lines.append(f"    -> {_(row.remedy)}")
    return lines
