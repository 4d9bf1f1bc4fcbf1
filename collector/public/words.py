"""What is said on the public page, by the names that the code has for it; in the catalogues."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from collector.declaration.answers import Why
from collector.declaration.entries import Exposure, Symptom

TITLES: Mapping[str, object] = {
    "who": _("Who is this declaration for?"),
    "guardian": _("Who are you, and where can we call you?"),
    "name": _("Full name"),
    "born": _("Date of birth"),
    "sex": _("Sex"),
    "papers": _("Number of the identity card"),
    "phone": _("Your telephone number"),
    "stay": _("Where do you stay now?"),
    "places": _("Where have you been in the last 21 days?"),
    "symptoms": _("Have you had any of these in the last 21 days?"),
    "exposures": _("In the last 21 days, were you near any of these?"),
}
"""Of the pages, when people declare for themselves."""
TITLES_OTHER: Mapping[str, object] = {
    **TITLES,
    "name": _("Full name of the person you declare for"),
    "born": _("Date of birth of this person"),
    "sex": _("Sex of this person"),
    "papers": _("Number of this person's identity card"),
    "stay": _("Where does this person stay now?"),
    "places": _("Where has this person been in the last 21 days?"),
    "symptoms": _("Has this person had any of these in the last 21 days?"),
    "exposures": _("In the last 21 days, was this person near any of these?"),
}
HINTS: Mapping[str, object] = {
    "guardian": _("If a doctor has to call, it is you who is called."),
    "name": _("As it is written on the identity card or birth certificate."),
    "born": _("For example 15/6/1990. If only the year is known, write the year."),
    "papers": _(
        "12 digits on the identity card, 9 on an older one; from abroad, the passport's number."
        " Leave it empty if there is none."
    ),
    "phone": _("The health station calls this number only if it has to."),
    "places": _("Markets, stations, clinics, other provinces. Leave empty what you do not know."),
}
WRONG: Mapping[str, object] = {
    Why.MISSING: _("Please answer this question."),
    Why.NOT_A_NAME: _("Please write a name in letters only."),
    Why.TOO_LONG: _("This is too long; please write less."),
    Why.NO_DATE: _("There is no such day. Write it as 15/6/1990."),
    Why.IN_FUTURE: _("This day lies in the future."),
    Why.TOO_OLD: _("Please check the year."),
    Why.NO_NUMBER: _("A citizen's number has 12 digits, an older one 9."),
    Why.NO_PHONE: _(
        "This is no telephone number. Write it as 0900 000 000, or with + from abroad."
    ),
    Why.NO_CHOICE: _("Please choose one of the answers."),
}
SYMPTOMS: Mapping[str, object] = {
    Symptom.FEVER: _("Fever"),
    Symptom.COUGH: _("Cough"),
    Symptom.BREATH: _("Short of breath"),
    Symptom.THROAT: _("Sore throat"),
    Symptom.PNEUMONIA: _("Pneumonia"),
    Symptom.TASTE: _("No taste or smell"),
    Symptom.TIRED: _("Very tired"),
}
EXPOSURES: Mapping[str, object] = {
    Exposure.CASE: _("Somebody who is known to have the disease"),
    Exposure.AREA: _("An area with an outbreak"),
    Exposure.SICK: _("Somebody with fever, cough or shortness of breath"),
}
FIELDS: Mapping[str, object] = {
    "for": _("For"),
    "guardian_name": _("Your full name"),
    "guardian_phone": _("Your telephone number"),
    "name": _("Full name"),
    "born": _("Date of birth"),
    "sex": _("Sex"),
    "nationality": _("Nationality"),
    "number": _("Number"),
    "phone": _("Telephone number"),
    "commune": _("Commune"),
    "hamlet": _("Hamlet, street, house"),
    "place": _("Place"),
    "place_day": _("Day"),
    "symptoms": _("Symptoms"),
    "exposures": _("Contacts"),
}
COUNTRIES: Mapping[str, object] = {
    "VN": _("Vietnam"),
    "KH": _("Cambodia"),
    "LA": _("Laos"),
    "CN": _("China"),
    "TH": _("Thailand"),
    "KR": _("South Korea"),
    "JP": _("Japan"),
    "TW": _("Taiwan"),
    "US": _("United States"),
    "ZZ": _("Another country"),
}
WHO: Mapping[str, object] = {
    "self": _("For myself"),
    "other": _("For a child, or for somebody in my care"),
}
SEXES: Mapping[str, object] = {"male": _("Male"), "female": _("Female"), "": _("Not said")}
