"""What codes and answers are called, for people; the reasons' own words are in verdict/reasons."""

from device.message import N_
from wire.record import Identity, Outcome, Signature

OUTCOMES = {
    Outcome.ACCEPTED: N_("accepted"),
    Outcome.REJECTED: N_("rejected"),
    Outcome.OBEYED: N_("obeyed"),
}
SIGNATURES = {
    Signature.CHECKED: N_("signature checked: it is right"),
    Signature.FAILED: N_("signature checked: it is not right"),
    Signature.NOT_CHECKED: N_("signature not checked: there is none, or its signer is not known"),
}
IDENTITIES = {
    Identity.SEEN: N_("identity seen by staff when the pass was issued"),
    Identity.DECLARED: N_("identity as the holder declares it"),
    Identity.UNKNOWN: N_("identity unknown"),
}
KINDS = {
    "pass": N_("pass"),
    "control-card": N_("control card"),
    "enrolment-code": N_("enrolment code"),
    "eu-certificate": N_("European health certificate"),
    "health-card": N_("health card"),
    "travel-seal": N_("travel document seal"),
    "payment": N_("payment code"),
    "national-code": N_("national COVID code"),
    "insurance-card": N_("health insurance card"),
    "id-card": N_("identity card"),
    "id-card-unknown": N_("identity card of a layout that is not known"),
    "place-code": N_("a place's own code"),
    "zalo": N_("Zalo code"),
    "web-link": N_("web link"),
    "wifi": N_("Wi-Fi code"),
    "contact": N_("contact"),
    "login": N_("login code"),
    "message": N_("telephone or message code"),
    "foreign-certificate": N_("foreign certificate"),
    "shop-barcode": N_("shop barcode"),
    "unknown": N_("unknown code"),
}
"""Every kind of code; device/credential lists them."""
ADVICE = {
    "health-card": N_("it is known and not supported: ask for the district's pass"),
    "travel-seal": N_("it is known and not supported: ask for the district's pass"),
    "payment": N_("this is a code to pay with: nothing was paid"),
    "place-code": N_("this is the place's own poster: people scan it with their telephones"),
    "zalo": N_("this is a code to make contact with, not a pass"),
    "login": N_("this code is a secret: do not show it to anybody"),
    "wifi": N_("this code may hold a password"),
    "id-card-unknown": N_("the card may be newer than this gate: tell the help line"),
}
"""What to tell somebody who shows one of these by mistake."""
