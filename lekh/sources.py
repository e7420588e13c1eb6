"""The sets that the model was trained and measured on: where each lies and comes from, and what it looks like."""

from dataclasses import dataclass

from lekh.numerals import SIGNS


@dataclass(frozen=True)
class Source:
    """A set of digits that the model was trained or measured on.

    Attributes:
        key: its name for `open_source`.
        title: what a person reads.
        path: where it lies under the data root.
        script: the script that it is written in.
        role: `"train"` or `"test"`; a test set never decides anything.
        licence: as its publisher states it.
        origin: where it can be had.
        note: what it looks like, and what to know before one uses it.
        arrays: names of the image arrays, for an `.npz`.
        signs: what its labels stand for, in their order, where they are signs of arithmetic.
        stretched: as in `Dataset`.
        rows: whether it is whole pages whose rows read 0 to 9.
    """

    key: str
    title: str
    path: str
    script: str
    role: str
    licence: str
    origin: str
    note: str
    arrays: tuple[str, ...] = ("images",)
    signs: tuple[str, ...] = ()
    stretched: bool = False
    rows: bool = False


_CORRUPTIONS = (
    *("identity", "shot_noise", "impulse_noise", "glass_blur", "motion_blur", "shear", "scale", "rotate"),
    *("brightness", "translate", "stripe", "fog", "spatter", "dotted_line", "zigzag", "canny_edges"),
)
_STRETCHED = "Black on white, 32 x 32, scans; each box stretched to fill its frame"
_CMATERDB = "https://github.com/prabhuomkar/CMATERdb"
_KHMER_REPORT = "https://github.com/SoeukBondol-ai/khmer-number-recognition"

SOURCES = {
    source.key: source
    for source in (
        Source(
            "mnist_train", "MNIST, training part", "latin/mnist/train.npz", "latin", "train", "CC BY-SA 3.0",
            "keras.datasets.mnist (writers: https://github.com/facebookresearch/qmnist)",
            "White on black, 28 x 28, scanned forms; 539 writers",
        ),
        Source(
            "usps_train", "USPS, training part", "latin/usps/train.npz", "latin", "train", "Research use",
            "https://hastie.su.domains/ElemStatLearn/data.html",
            "White on black, 16 x 16, envelopes; writers unknown",
        ),
        Source(
            "pendigits_train", "Pen-Based Recognition of Handwritten Digits, training part",
            "latin/pendigits/train.json.gz", "latin", "train", "CC BY 4.0",
            "https://archive.ics.uci.edu/dataset/81 (as JSON: https://github.com/choucavalier/pendigits-hmm)",
            "Pen strokes on a tablet, 30 writers; the file's y points up",
        ),
        Source(
            "cheque_digits", "Digits cut out of cheque amounts", "latin/cheque_amounts", "latin", "train",
            "Images research, labels MIT", "https://github.com/Fzkuji/Labeled_ORAND-CAR-A",
            "Dark on patterned paper, pieces of the neighbours included; the cheque stands in for the writer",
        ),
        Source(
            "khmer_report_train", "Khmer digits of the report, training part", "khmer/report/train", "khmer", "train",
            "None stated", _KHMER_REPORT,
            "White on black, half 64 x 64 canvas, half photographed pen; the source group stands in for the writer",
        ),
        Source(
            "khmer_early_strokes", "Khmer digits, an earlier batch", "khmer/early_strokes", "khmer", "train",
            "None stated", f"{_KHMER_REPORT} (its history)", "Drawn on a canvas by other hands; writers unknown",
        ),
        Source(
            "devanagari_scans", "Devanagari digits from scanned forms", "devanagari/scans", "devanagari", "train",
            "Research use", "https://github.com/sujitmhj/devanagari-handwritting-recognition",
            "Black on white, bilevel, at native size; many writers, in the order of the files",
        ),
        Source(
            "devanagari_cmaterdb_train", "CMATERdb 3.2.1, Devanagari, training part", "devanagari/cmaterdb/train.npz",
            "devanagari", "train", "Research use", _CMATERDB, _STRETCHED, stretched=True,
        ),
        Source(
            "bangla_cmaterdb_train", "CMATERdb 3.1.1, Bangla, training part", "bangla/cmaterdb/train.npz", "bangla",
            "train", "Research use", _CMATERDB, _STRETCHED, stretched=True,
        ),
        Source(
            "numtadb", "NumtaDB", "bangla/numtadb/train.npz", "bangla", "train", "CC BY-SA 4.0",
            "https://github.com/naimul011/Bangla-Handwritten-Digits-Datasets-NumtaDB-BanglaLekha-Ekush",
            "White on black, 28 x 28, anywhere in the frame; scans and photographs of many writers",
        ),
        Source(
            "telugu_cmaterdb_train", "CMATERdb 3.4.1, Telugu, training part", "telugu/cmaterdb/train.npz", "telugu",
            "train", "Research use", _CMATERDB, _STRETCHED, stretched=True,
        ),
        Source(
            "odia_pen", "Odia digits, pen on paper", "odia/pen_on_paper", "odia", "train", "None stated",
            "https://github.com/SeZZor-cmd/Handwritten-Odia-Digit-Recognition-using-CNN",
            "Dark on white, photographs of about 200 x 200; few writers, in the order of the files",
        ),
        Source(
            "kannada_scans", "Kannada-MNIST, from its scanned forms", "kannada/scans/train.npz", "kannada", "train",
            "CC BY-SA 4.0", "https://github.com/vinayprabhu/Kannada_MNIST",
            "White on black, 64 x 64, cut from scanned forms at their natural aspect; 55 writers",
        ),
        Source(
            "gujarati_binarised", "Gujarati digits", "gujarati/binarised", "gujarati", "train", "MIT",
            "https://github.com/kishanjesalpura/Gujarati-digits-dataset", "Black on white, 28 x 28, binarised scans",
        ),
        Source(
            "gurmukhi_train", "Gurmukhi digits, training part", "gurmukhi/stretched/train.npz", "gurmukhi", "train",
            "None stated", "https://github.com/revantteotia/gurumukhi-digit-classification", _STRETCHED,
            stretched=True,
        ),
        Source(
            "arabic_angka", "Arabic digits cut out of forms", "arabic/angka", "arabic", "train", "None stated",
            "https://github.com/moe-the-goat/Handwritten-Arabic-Numerals-Recognition-0-9-",
            "Grey on white, scanned paper; 0 is a small dot, 5 a ring; cell borders at some edges",
        ),
        Source(
            "arabic_cmaterdb_train", "CMATERdb 3.3.1, Arabic, training part", "arabic/cmaterdb/train.npz", "arabic",
            "train", "Research use", _CMATERDB,
            "White on black, 28 x 28, scans; each box stretched to fill its frame, dots and strokes too",
            stretched=True,
        ),
        Source(
            "madbase_train", "MADBase, first half of its test part", "arabic/madbase/train.npz", "arabic", "train",
            "Research use", "https://github.com/mloey/Arabic-Handwritten-Digits-Dataset",
            "White on black, 28 x 28, scans; the Egyptian 2 and 3",
        ),
        Source(
            "thai_canvas", "Thai digits drawn on a web page", "thai/web_canvas", "thai", "train", "MIT",
            "https://github.com/kittinan/thai-handwriting-number",
            "Dark on white, canvas of 300 x 300; many people; three to five in a hundred are doodles or mislabelled",
        ),
        Source(
            "burmese_pages", "Burmese digits, whole pages", "burmese/pages", "burmese", "train", "None stated",
            "https://github.com/neolaw84/myanmar-digits",
            "Pen on paper, phone photographs; rows read 0 to 9, are cut and labelled by place; a page is a writer",
            rows=True,
        ),
        Source(
            "operators_drawn", "Signs of arithmetic", "operators/drawn/train.npz", SIGNS, "train", "MIT",
            "https://github.com/jdmacleod/handwritten-calculator",
            "White on black, 28 x 28; two writers, much augmented; no equals sign and no comma",
            signs=("+", "÷", "/", "×", ".", "-"),
        ),
        Source(
            "mnist_test", "MNIST, test part", "latin/mnist/test.npz", "latin", "test", "CC BY-SA 3.0",
            "keras.datasets.mnist", "White on black, 28 x 28",
        ),
        Source(
            "mnist_corrupted", "MNIST-C: 500 test digits, 16 ways", "latin/mnist_corrupted/test.npz", "latin", "test",
            "Apache-2.0", "https://github.com/google-research/mnist-c",
            "The same digits untouched and under 15 corruptions", _CORRUPTIONS,
        ),
        Source(
            "paint_strokes", "Digits drawn with a mouse", "latin/paint_strokes", "latin", "test", "None stated",
            "https://github.com/tejaswini22012003/digit_recognition_ml",
            "One-pixel strokes of a paint program, black on white, 64 x 64",
        ),
        Source(
            "khmer_report_test", "Khmer digits of the report, test part", "khmer/report/test", "khmer", "test",
            "None stated", _KHMER_REPORT, "100 canvas drawings, 100 photographed digits",
        ),
        Source(
            "devanagari_cmaterdb_test", "CMATERdb 3.2.1, Devanagari, test part", "devanagari/cmaterdb/test.npz",
            "devanagari", "test", "Research use", _CMATERDB, _STRETCHED, stretched=True,
        ),
        Source(
            "bangla_cmaterdb_test", "CMATERdb 3.1.1, Bangla, test part", "bangla/cmaterdb/test.npz", "bangla", "test",
            "Research use", _CMATERDB, _STRETCHED, stretched=True,
        ),
        Source(
            "telugu_cmaterdb_test", "CMATERdb 3.4.1, Telugu, test part", "telugu/cmaterdb/test.npz", "telugu", "test",
            "Research use", _CMATERDB, _STRETCHED, stretched=True,
        ),
        Source(
            "dig_mnist", "Dig-MNIST", "kannada/dig_mnist/test.npz", "kannada", "test", "CC BY-SA 4.0",
            "https://github.com/vinayprabhu/Kannada_MNIST",
            "White on black, 28 x 28, squeezed sideways; other writers far from where the training set was written",
        ),
        Source(
            "gurmukhi_test", "Gurmukhi digits, test part", "gurmukhi/stretched/test.npz", "gurmukhi", "test",
            "None stated", "https://github.com/revantteotia/gurumukhi-digit-classification", _STRETCHED,
            stretched=True,
        ),
        Source(
            "arabic_cmaterdb_test", "CMATERdb 3.3.1, Arabic, test part", "arabic/cmaterdb/test.npz", "arabic", "test",
            "Research use", _CMATERDB, "White on black, 28 x 28, scans; each box stretched to fill its frame",
            stretched=True,
        ),
        Source(
            "madbase_test", "MADBase, second half of its test part", "arabic/madbase/test.npz", "arabic", "test",
            "Research use", "https://github.com/mloey/Arabic-Handwritten-Digits-Dataset",
            "White on black, 28 x 28, scans; the Egyptian 2 and 3",
        ),
    )
}  # fmt: skip
