"""Every script is printed as it is written, and comes back from the file as it was typed."""

import dataclasses
import datetime
import io
import re
import shutil
import subprocess
import sys
import unicodedata

import pypdf
import pypdfium2
import pytest

from app.pdf import fonts
from app.pdf.document import DocumentExercise, ProgramDocument
from app.pdf.render import render

SENTENCES = {
    "Arabic": "اجلس منتصبًا على كرسي ثابت ثم افرد ركبة واحدة ببطء إلى الأمام",
    "Persian": "می‌خواهم روی صندلی بنشینم و زانو را دوازده بار خم کنم",
    "Urdu": "کرسی پر سیدھے بیٹھیں اور گھٹنا آہستہ سیدھا کریں",
    "Hebrew": "שב זקוף על כיסא יציב וישר ברך אחת לאט שָׁלוֹם",
    "Devanagari": "कुर्सी पर सीधे बैठें और एक घुटने को धीरे-धीरे सीधा करें क्षत्रिय",
    "Bengali": "চেয়ারে সোজা হয়ে বসুন এবং হাঁটু ধীরে সোজা করুন",
    "Gurmukhi": "ਕੁਰਸੀ ਤੇ ਸਿੱਧੇ ਬੈਠੋ",
    "Gujarati": "ખુરશી પર સીધા બેસો ક્ષ",
    "Oriya": "ଚଉକିରେ ସିଧା ବସନ୍ତୁ",
    "Tamil": "நாற்காலியில் நேராக உட்கார்ந்து முழங்காலை மெதுவாக நீட்டவும்",
    "Telugu": "కుర్చీలో నిటారుగా కూర్చోండి",
    "Kannada": "ಕುರ್ಚಿಯಲ್ಲಿ ನೇರವಾಗಿ ಕುಳಿತುಕೊಳ್ಳಿ",
    "Malayalam": "കസേരയിൽ നിവർന്ന് ഇരിക്കുക",
    "Sinhala": "පුටුවේ කෙළින් වාඩි වන්න ශ්‍රී",
    "Thai": "นั่งหลังตรงบนเก้าอี้ แล้วค่อยๆ เหยียดเข่า น้ำ",
    "Lao": "ນັ່ງຊື່ໆ ເທິງຕັ່ງ",
    "Khmer": "សូមអង្គុយឱ្យត្រង់ ហើយលើកជើង",
    "Myanmar": "ထိုင်ခုံပေါ်တွင် မတ်မတ်ထိုင်ပါ မင်္ဂလာ",
    "Armenian": "Նստեք ուղիղ",
    "Georgian": "დაჯექით სწორად",
    "Ethiopic": "ቀጥ ብለው ይቀመጡ",
    "Simplified Chinese": "坐在椅子上 慢慢伸直膝盖",
    "Traditional Chinese": "坐在椅子上 慢慢伸直膝蓋",
    "Japanese": "椅子にまっすぐ座り 膝をゆっくり伸ばします",
    "Korean": "의자에 똑바로 앉아 무릎을 천천히 펴십시오",
    "Vietnamese": "Ngồi thẳng lưng trên ghế vững",
    "Greek": "Καθίστε ίσια σε μια σταθερή καρέκλα",
    "Cyrillic": "Сядьте прямо, щоб коліно розігнулось, за\u0301мок",
    "Emoji": "Well done \N{THUMBS UP SIGN} \N{WOMAN}\u200d\N{FEMALE SIGN} \N{CHECK MARK}",
}
DATE = datetime.date(2026, 11, 22)
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")  # marks that pdftotext adds of its own

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="reads with Debian's poppler-utils")


def program(*texts: str) -> ProgramDocument:
    """Return a document that prints texts large and small, bold and plain, as name, dose, step, caution and note."""
    exercises = tuple(DocumentExercise(text, text, (text,), (text,), text, None) for text in texts)
    return ProgramDocument("Knee", "Harbour", "Ana", "Jo", DATE, "A4", "", exercises, 1, None)


def read_words(data: bytes) -> list[str]:
    """Return the words of a file as a patient would copy them."""
    done = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True)
    return unicodedata.normalize("NFC", _DIRECTIONS.sub("", done.stdout.decode())).split()


def embedded_fonts(data: bytes) -> list[pypdf.generic.DictionaryObject]:
    (font_list,) = {page["/Resources"]["/Font"].indirect_reference for page in open_pdf(data).pages}
    return [font.get_object() for font in font_list.get_object().values()]


def open_pdf(data: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(data), strict=True)


@needs_poppler
@pytest.mark.parametrize("script", SENTENCES)
def test_every_word_can_be_copied_as_it_was_typed(script):
    found = read_words(render(program(SENTENCES[script])))
    for word in unicodedata.normalize("NFC", SENTENCES[script]).split():
        assert found.count(word) >= 5, word  # as name, dose, step, caution and note


@pytest.mark.parametrize("script", SENTENCES)
def test_nothing_is_printed_as_a_box_or_a_mark(script):
    sentence = unicodedata.normalize("NFC", SENTENCES[script])
    assert fonts.printable(sentence) == sentence
    for font, piece in fonts.runs(sentence, fonts.place_of(sentence)):
        for is_bold in (False, True):
            clusters = fonts.open_font(font, is_bold).shape(piece).clusters
            assert 0 not in [glyph.number for cluster in clusters for glyph in cluster.glyphs]


@pytest.mark.parametrize("script", SENTENCES)
def test_fonts_are_embedded_with_what_is_used_and_nothing_else(script):
    data = render(program(SENTENCES[script]))
    assert len(data) < 60_000
    for font in embedded_fonts(data):
        (descendant,) = font["/DescendantFonts"]
        assert font["/BaseFont"] == descendant["/BaseFont"]
        assert re.fullmatch(r"/[A-Z]{6}\+Noto\w+(-SemiBold)?", font["/BaseFont"])
        assert {"/FontFile2", "/FontFile3"} & set(descendant["/FontDescriptor"])
        assert "/ToUnicode" in font


@pytest.mark.parametrize(
    "sentence",
    [
        "اثن الركبة 10 مرات Knee كل يوم",
        "می‌خواهم زانو را ۱۲ بار خم کنم",
        "כופפו את הברך 10 פעמים Knee בכל יום",
    ],
)
def test_right_to_left_text_is_read_in_order_beside_a_latin_word_and_a_number(sentence):
    """As Chromium reads it; Poppler loses the space beside a number, and neither keeps the order of two Latin words."""
    text = pypdfium2.PdfDocument(render(dataclasses.replace(program(), note=sentence)))[0].get_textpage()
    assert sentence in text.get_text_range().splitlines()


@needs_poppler
def test_east_asian_text_can_be_copied_from_a_file_that_embeds_none_too(no_collection):
    data = render(program("膝をゆっくり伸ばす", "무릎을 펴십시오"))
    assert len(data) < 20_000
    assert "무릎을" in (words := read_words(data))
    assert "膝をゆっくり伸ばす" in words


def test_a_latin_program_reads_no_other_font_and_no_library_for_other_scripts():
    code = """
import sys
from app.pdf.typefaces import Typeface
from tests.pdf.test_scripts import program, render

opened, begin = set(), Typeface.__init__
Typeface.__init__ = lambda self, source, weight: begin(self, source, weight) or opened.add(source.name)
for name in [name for name in sys.modules if name.startswith("fontTools")]:  # pypdf brought it
    del sys.modules[name]
render(program("Straighten the knee, Zoë"))
print(opened, [name for name in ("fontTools", "budoux") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "{'NotoSans'} []"


def test_other_processes_give_the_same_bytes():
    """Whatever their order of sets, and whatever was printed before."""
    texts = list(SENTENCES.values())
    code = (
        "import sys; from tests.pdf.test_scripts import program, render, SENTENCES\n"
        "sys.stdout.buffer.write(render(program(*SENTENCES.values())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env={"PYTHONHASHSEED": "7", "PATH": ""}
    )
    assert done.stdout == render(program(*texts))
