"""The scripts: their names, their ten digits, and the way from one script's numerals to another's."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Script:
    """A way of writing the ten digits.

    Attributes:
        name: key used on the command line, in cards and in file names, e.g. ``"khmer"``.
        title: what a person reads, e.g. ``"Khmer"``.
        digits: the numerals from zero to nine, e.g. ``"០១២៣៤៥៦៧៨៩"``.
    """

    name: str
    title: str
    digits: str

    def __post_init__(self):
        if len(self.digits) != 10:
            raise ValueError(f"A script has ten digits; {self.name} was given {len(self.digits)}.")


SCRIPTS = {
    script.name: script
    for script in (
        Script("latin", "Latin", "0123456789"),
        Script("khmer", "Khmer", "០១២៣៤៥៦៧៨៩"),
        Script("devanagari", "Devanagari", "०१२३४५६७८९"),
        Script("bangla", "Bangla", "০১২৩৪৫৬৭৮৯"),
        Script("telugu", "Telugu", "౦౧౨౩౪౫౬౭౮౯"),
        Script("odia", "Odia", "୦୧୨୩୪୫୬୭୮୯"),
        Script("kannada", "Kannada", "೦೧೨೩೪೫೬೭೮೯"),
        Script("gujarati", "Gujarati", "૦૧૨૩૪૫૬૭૮૯"),
        Script("gurmukhi", "Gurmukhi", "੦੧੨੩੪੫੬੭੮੯"),
        Script("arabic", "Arabic", "٠١٢٣٤٥٦٧٨٩"),
        Script("thai", "Thai", "๐๑๒๓๔๕๖๗๘๙"),
        Script("burmese", "Burmese", "၀၁၂၃၄၅၆၇၈၉"),
    )
}

# How the numbers from zero to nine are called where the script is at home, and about how that sounds in English.
NAMES = {
    "latin": (
        ("zero", "ZEER-oh"), ("one", "wun"), ("two", "too"), ("three", "three"), ("four", "for"),
        ("five", "fyve"), ("six", "siks"), ("seven", "SEV-en"), ("eight", "ayt"), ("nine", "nyne"),
    ),
    "khmer": (
        ("សូន្យ", "soun"), ("មួយ", "muoy"), ("ពីរ", "pii"), ("បី", "bey"), ("បួន", "buon"),
        ("ប្រាំ", "pram"), ("ប្រាំមួយ", "pram-muoy"), ("ប្រាំពីរ", "pram-pii"), ("ប្រាំបី", "pram-bey"), ("ប្រាំបួន", "pram-buon"),
    ),
    "devanagari": (
        ("शून्य", "shoonya"), ("एक", "ek"), ("दो", "doh"), ("तीन", "teen"), ("चार", "chaar"),
        ("पाँच", "paanch"), ("छह", "chhah"), ("सात", "saat"), ("आठ", "aath"), ("नौ", "nau"),
    ),
    "bangla": (
        ("শূন্য", "shunno"), ("এক", "ek"), ("দুই", "dui"), ("তিন", "teen"), ("চার", "chaar"),
        ("পাঁচ", "paanch"), ("ছয়", "chhoy"), ("সাত", "shaat"), ("আট", "aat"), ("নয়", "noy"),
    ),
    "telugu": (
        ("సున్నా", "sunnaa"), ("ఒకటి", "okati"), ("రెండు", "rendu"), ("మూడు", "moodu"), ("నాలుగు", "naalugu"),
        ("ఐదు", "aidu"), ("ఆరు", "aaru"), ("ఏడు", "aedu"), ("ఎనిమిది", "enimidi"), ("తొమ్మిది", "tommidi"),
    ),
    "odia": (
        ("ଶୂନ", "shoona"), ("ଏକ", "eka"), ("ଦୁଇ", "dui"), ("ତିନି", "tini"), ("ଚାରି", "chaari"),
        ("ପାଞ୍ଚ", "paancha"), ("ଛଅ", "chha-a"), ("ସାତ", "saata"), ("ଆଠ", "aatha"), ("ନଅ", "na-a"),
    ),
    "kannada": (
        ("ಸೊನ್ನೆ", "sonne"), ("ಒಂದು", "ondu"), ("ಎರಡು", "eradu"), ("ಮೂರು", "mooru"), ("ನಾಲ್ಕು", "naalku"),
        ("ಐದು", "aidu"), ("ಆರು", "aaru"), ("ಏಳು", "aelu"), ("ಎಂಟು", "entu"), ("ಒಂಬತ್ತು", "ombattu"),
    ),
    "gujarati": (
        ("શૂન્ય", "shoonya"), ("એક", "ek"), ("બે", "bay"), ("ત્રણ", "tran"), ("ચાર", "chaar"),
        ("પાંચ", "paanch"), ("છ", "chha"), ("સાત", "saat"), ("આઠ", "aath"), ("નવ", "nav"),
    ),
    "gurmukhi": (
        ("ਸਿਫ਼ਰ", "sifar"), ("ਇੱਕ", "ikk"), ("ਦੋ", "doh"), ("ਤਿੰਨ", "tinn"), ("ਚਾਰ", "chaar"),
        ("ਪੰਜ", "panj"), ("ਛੇ", "chhay"), ("ਸੱਤ", "satt"), ("ਅੱਠ", "atth"), ("ਨੌਂ", "naun"),
    ),
    "arabic": (
        ("صفر", "sifr"), ("واحد", "waahid"), ("اثنان", "ithnaan"), ("ثلاثة", "thalaatha"), ("أربعة", "arba-a"),
        ("خمسة", "khamsa"), ("ستة", "sitta"), ("سبعة", "sab-a"), ("ثمانية", "thamaaniya"), ("تسعة", "tis-a"),
    ),
    "thai": (
        ("ศูนย์", "soon"), ("หนึ่ง", "nueng"), ("สอง", "song"), ("สาม", "saam"), ("สี่", "see"),
        ("ห้า", "haa"), ("หก", "hok"), ("เจ็ด", "jet"), ("แปด", "paet"), ("เก้า", "gao"),
    ),
    "burmese": (
        ("သုည", "thone-nya"), ("တစ်", "ti"), ("နှစ်", "hni"), ("သုံး", "thone"), ("လေး", "lay"),
        ("ငါး", "ngaa"), ("ခြောက်", "chauk"), ("ခုနစ်", "khun-ni"), ("ရှစ်", "shi"), ("ကိုး", "koe"),
    ),
}  # fmt: skip

# Shapes that scripts share, whichever number each means by one: of a hundred digits held out of training the network
# takes two or more for the other script's.
SHARED_SHAPES = (
    "0០०০౦୦೦૦੦٥๐၀", "0၁", "1١", "1٨", "2२২೩೭੨૨", "2౭", "2১", "2๒", "3३౩૩੩୭", "4५٦", "5૬",
    "6७৩", "6๖", "6၆", "6૯", "7٦", "7੭੧१", "7୬", "8৪೪୪", "9१৭٩੧၄", "9९", "9၅", "9୨१", "४౪೪੪૪୪", "৪੪", "६౬೬٤", "६౯٤",
    "٤੬", "८૮", "९၃", "९୧", "१٩૧", "७๒", "৩౮၁", "৫૯", "౧೧੦", "౨೨", "౪೫", "౫୫", "২୫", "౯೯", "೨୨૭", "೧၈", "೫੫", "೯૯",
    "૨၇", "٦૫", "٣૮", "٢૯", "٢੮", "٢୮", "၈๑", "୨១", "១๑", "២๒", "៣๓", "៥๕", "៦๖", "៨๘", "៩๙",
)  # fmt: skip

DIGITS = tuple("0123456789")
AUTO = "auto"  # stands in the place of a script where it is to be found
DOTTED = "arabic"  # the script whose zero is a dot; a point there is one
TAILED = "gujarati", 9  # the digit that ends in a stroke apart from the rest
UPRIGHT = "latin", "arabic"  # scripts whose 1 is a bare stroke, as a bracket is
SIGNS = "operators"  # stands in the place of a script among a network's classes; it is none that a person writes in
OPERATORS = ("+", "-", "×", "÷", "/", "=", ".", ",")


def alike(symbol: str) -> frozenset[str]:
    """The numerals that are written like this one in other scripts."""
    own = next((script.digits for script in SCRIPTS.values() if symbol and symbol in script.digits), "")
    return frozenset("".join(shape for shape in SHARED_SHAPES if own and symbol in shape)) - set(own)


def to_numerals(text: str, script: str) -> str:
    """Western digits in `text` written in the numerals of `script`; everything else stays as it is.

    A script that is not in `SCRIPTS` (somebody's own shapes) leaves the text unchanged.
    """
    if script not in SCRIPTS:
        return text
    return text.translate(str.maketrans("0123456789", SCRIPTS[script].digits))


def to_western(text: str) -> str:
    """Numerals of every known script in `text` written as Western digits."""
    table = {ord(numeral): str(value) for script in SCRIPTS.values() for value, numeral in enumerate(script.digits)}
    return text.translate(table)
