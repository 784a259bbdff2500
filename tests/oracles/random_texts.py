"""Random hypotheses and references in many scripts, and words for the stemmer: much in common, and much that tokenisers trip over."""

WORDS = {
    "english": "the cat sat on a mat there is dog in house today Running runners ran quickly relational, it's don't (maybe) "
    '3.14 1,000 5-3 e.g. U.S. A-b "quoted" end. What? &quot;x&quot; &amp;lt; <skipped> x&gt;y 7. .5 well-known $5 100% #1 a/b',
    "german": "Die Katze saß auf dem Möbel, STRASSE straße Äpfel ÜBER über ÖL groß „Ja“, sagte er. 12.5. 3,5 z.B. Donau-Schiff",
    "greek": "Ο ΟΔΥΣΣΕΥΣ ΣΑΣ οδός Σίσυφος ΣΊΣΥΦΟΣ. ΦΩΣ! ΑΣ1 Σ ΑΣ' τι; «ναι» ΜΑΣ-ΣΑΣ",
    "russian": "Кошка сидит на КОВРЕ, сегодня дом — собака! «Да», сказал он. № 5 ЁЖ ёж т.е. 1.000,5",
    "turkish": "İstanbul ISPARTA ığdır İI çok GÜZEL şey K Å Åse",
    "arabic": "القط يجلس على السجادة، اليوم؟ البيت؛ ٣٫١٤ ١٬٠٠٠ كلب.",
    "hebrew": "החתול יושב על השטיח, היום? הבית צה״ל ג׳ירף־כן.",
    "hindi": "बिल्ली चटाई पर बैठी है। आज घर में कुत्ता ३.१४ ॥",
    "chinese": "猫坐在垫子上。 今天，家里有狗！ 「是」 ３．１４ 〇 一二三 ㊀ ②",
    "japanese": "猫がマットの上に座った。 今日は犬がいる、 ｶﾀｶﾅ ～ ・ ＡＢＣ",
    "korean": "고양이가 매트 위에 앉았다. 오늘 집에 개가 있다! ㈜ 1,234",
    "thai": "แมวนั่งบนเสื่อ วันนี้มีสุนัขในบ้าน ฯลฯ ๓.๑๔ ฿5",
    "signs": "x=y+z a<b α≤β ∑i → ☃ 😀 👩‍👩‍👧 ½ ² Ⅳ € £5 ¿qué? ¡sí! a…b – — ‘x’ x_y {a|b} [c] ~d ^e `f` \\g @h 1.2.3 ..., -- -5 5- 6-- ,, .a b.",
    "georgian": "ᲙᲐᲢᲐ კატა Ა Ḁ ẞ Ǆ ǅ Ꭰ ꭰ 𐐀 𐐨 Ⓐ Ω",
}
SPACES = [" "] * 30 + ["  ", "\t", "\u00a0", "\u3000", "\u2009", "\u0085", "\u001f"]
PIECES = list("aZé9 .,-&'\"!?;<>ΣσA1٣½€$+%´̈ʼ·\u00ad\u200d漢。、😀\n\t\u00a0") + [
    "&quot;",
    "&amp;",
    "&lt;",
    "&gt;",
    "-\n",
    "<skipped>",
    "..",
    "1.",
    ".1",
    ",1",
    "3-",
]
STEMS = (
    "relat condit ration digit conform radic differ vile analog viet predic oper feudal decis hope call form sens tripl electr good reviv allow "
    "infer airlin gyroscop adjust defens irrit replac depend adopt homolog commun activ angular effect bowdler prob rat ceas control roll "
    "agre plaster bl motor s conflat troubl siz hopp tann fall hiss fizz fail fil happ sk fl sp tr d l t n geo theo archaeo yy toy syzyg x1 42".split()
)
SUFFIXES = [
    "",
    "s",
    "es",
    "ies",
    "sses",
    "ss",
    "ed",
    "eed",
    "ing",
    "y",
    "ational",
    "tional",
    "enci",
    "anci",
    "izer",
    "bli",
    "abli",
    "alli",
    "entli",
    "eli",
    "ousli",
    "ization",
    "ation",
    "ator",
    "alism",
    "iveness",
    "fulness",
    "ousness",
    "aliti",
    "iviti",
    "biliti",
    "fulli",
    "logi",
    "icate",
    "ative",
    "alize",
    "iciti",
    "ical",
    "ful",
    "ness",
    "al",
    "ance",
    "ence",
    "er",
    "ic",
    "able",
    "ible",
    "ant",
    "ement",
    "ment",
    "ent",
    "sion",
    "tion",
    "ion",
    "ou",
    "ism",
    "ate",
    "iti",
    "ous",
    "ive",
    "ize",
    "e",
    "ll",
    "lle",
    "ied",
    "ying",
    "ings",
    "at",
    "bl",
    "iz",
    "lly",
    "ationalli",
    "ssed",
    "zzing",
    "eded",
]
IRREGULAR = "sky skies dying lying tying news innings inning outings outing cannings canning howe proceed exceed succeed dies died lies".split()


def random_pair(random):
    """A hypothesis and 1 to 3 references, drawn from the same few words."""
    words = WORDS[random.choice(sorted(WORDS))].split()
    if random.random() < 0.2:
        words = words + WORDS[random.choice(sorted(WORDS))].split()
    words = random.sample(words, min(len(words), random.randint(2, 12)))

    def text():
        parts = []
        for _ in range(random.choice([0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14])):
            parts += [random.choice(words), random.choice(SPACES)]
        return "".join(parts)

    hypothesis = text()
    references = [text() for _ in range(random.choice([1, 1, 2, 3]))]
    if random.random() < 0.4:  # nearly right
        parts = hypothesis.split(" ")
        parts[random.randrange(len(parts))] = random.choice(words)
        references[0] = " ".join(parts)
    return hypothesis, references


def as_lines(random, text):
    """The text with some of its spaces as ends of lines, for ROUGE-Lsum."""
    return "".join("\n" if c == " " and random.random() < 0.25 else c for c in text)


def random_string(random):
    return "".join(random.choice(PIECES) for _ in range(random.randint(0, 24)))


def random_word(random):
    word = random.choice(STEMS) + random.choice(SUFFIXES)
    return word + random.choice(SUFFIXES) if random.random() < 0.2 else word
