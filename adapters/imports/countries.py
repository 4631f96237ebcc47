"""Countries in import files: codes (ISO 3166-1 alpha-2, and XK for Kosovo), and names as lists
write them. What a list calls a place takes no side in any dispute."""

import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches

from domain.refusals import Invalid

CODES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
    EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
    HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
    LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
    NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
    SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
    TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
    """.split()  # noqa: SIM905 - 250 codes are read more easily without quotation marks
)
_MEANT = {"UK": "GB", "EL": "GR"}

# Names beside the short English ones: other names, former names, parts by which lists go, and slips
# of published lists. The last ones were found in Wikipedia's lists of twin towns (2026-02).
_ALSO = """
BO Bolivia (Plurinational State of); BA Bosnia; BA Bosnia & Herzegovina; BA Bosnia-Herzegovina; BN
Brunei Darussalam; CD Congo (Kinshasa); CD Congo-Kinshasa; CD DR Congo; CD Zaire; CG Congo; CG Congo
(Brazzaville); CG Congo-Brazzaville; CI Ivory Coast; CI Cote d'Ivoire; CN China (PRC); CN Mainland
China; CN People's Republic of China; CN PR China; CV Cape Verde; CZ Czech Republic; DE Federal
Republic of Germany; FK Falklands; FM Federated States of Micronesia; GB Britain; GB England; GB
Great Britain; GB Northern Ireland; GB Scotland; GB UK; GB Wales; GB United Kingdom of Great Britain
and Northern Ireland; GE Georgia (country); HK Hong Kong SAR; IE Eire; IE Republic of Ireland; IR
Iran (Islamic Republic of); KP DPRK; KP Democratic People's Republic of Korea; KP Korea (North); KP
Korea, North; KR Korea (South); KR Korea, South; KR Republic of Korea; KR South-Korea; LA Lao PDR;
LA Lao People's Democratic Republic; MD Moldavia; MD Republic of Moldova; MK FYR Macedonia; MK
FYROM; MK Macedonia; MM Burma; MO Macau; NL Holland; PS Gaza Strip; PS
Palestinian Territories; PS State of Palestine; PS West Bank; RU Russian Federation; SK Slovak
Republic; SR Surinam; ST Sao Tome and Principe; SY Syrian Arab Republic; SZ Swaziland; TL East
Timor; TR Turkey; TR Turkiye; TW Taiwan (ROC); TW Republic of China; TZ United Republic of Tanzania;
US America; US U.S.; US U.S.A.; US USA; US United States of America; VA Holy See; VA Vatican; VI US
Virgin Islands; VN Viet Nam; VE Venezuela (Bolivarian Republic of); AX Åland Islands, Finland; GF
French Guiana, France; GP Guadeloupe, France; MQ Martinique, France; RE Réunion, France; YT Mayotte,
France; NC New Caledonia, France; PF French Polynesia, France; PR Puerto Rico, United States; GU
Guam, United States; GL Greenland, Denmark; FO Faroe Islands, Denmark; CW Curaçao, Netherlands; AW
Aruba, Netherlands; BA Bosnia and Hercegovina; GR Grece; IS Island; IT in Italy; JP Japa; KZ
Kazakhstah; MG Madagaskar
"""
_WITHOUT_CODE = ("Northern Cyprus", "Turkish Republic of Northern Cyprus", "TRNC")


def check_country(field: str, code: str) -> str:
    """The code, or empty for none; refuse what is no code, naming what may be meant."""
    if not code or code in CODES:
        return code
    upper = code.strip().upper()
    meant = _MEANT.get(upper, upper if upper in CODES else "")
    remedy = (
        f"Write {meant}, if that is meant."
        if meant
        else "Write two letters as in ISO 3166-1 (DE, US), or leave it empty if it is not known."
    )
    raise Invalid(field, f"{code!r} is not a country code", remedy)


class CountryNames:
    """Names of countries as lists write them. `short` are the short names by code."""

    def __init__(self, short: Mapping[str, str]) -> None:
        self._codes = {_plain(name): code for code, name in short.items() if code in CODES}
        for entry in _ALSO.replace("\n", " ").split(";"):
            code, _, name = entry.strip().partition(" ")
            self._codes[_plain(name)] = code
        self._names = {_plain(name): name for name in short.values()}
        self._without = {_plain(name) for name in _WITHOUT_CODE}

    def code(self, field: str, text: str, *, place: str) -> str:
        """The code of a country by its name or code, empty for one that has none.

        "Ohio, United States" is the country after the comma. Raises `Invalid` naming `field` for
        an empty one and for what is no country; `place` is whose country it is.
        """
        name = _plain(text)
        if not name:
            raise self._missing(field, place)
        if text.strip() in CODES:
            return text.strip()
        _, comma, last = name.rpartition(",")
        code = self._codes.get(name) or (self._codes.get(last.strip()) if comma else None)
        if code is not None:
            return code
        if name in self._without:
            return ""
        near = get_close_matches(name, self._names, n=1, cutoff=0.7)
        hint = f"Write {self._names[near[0]]}, if that is meant, or" if near else "Write"
        raise Invalid(
            field,
            f"{text.strip()!r} is no country that is known here",
            f"{hint} its code of two letters as in ISO 3166-1.",
        )

    def _missing(self, field: str, place: str) -> Invalid:
        name, _, last = place.rpartition(",")
        if name and self._codes.get(_plain(last)):
            remedy = (
                f"If {place!r} means {last.strip()}, write that into the column of the country."
            )
        else:
            remedy = "Write the country, by its name or its code of two letters."
        return Invalid(field, f"the country of {place or 'the place'} is empty", remedy)


def _plain(name: str) -> str:
    """As names of countries are compared: no case, accents, runs of space, leading "the"."""
    parts = unicodedata.normalize("NFKD", name.replace("’", "'")).casefold().split()
    plain = "".join(c for c in " ".join(parts) if unicodedata.category(c) != "Mn")
    return plain.removeprefix("the ")
