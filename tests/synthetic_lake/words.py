"""What the synthetic posts say and the synthetic images show. Brands are made up; the people lived long ago."""

from __future__ import annotations

BRANDS = ("Brightcup", "Kestrel Motors", "Northlight", "Velora", "Tamaroa Foods", "Quillmark")
PRODUCTS = ("Brightcup One", "Kestrel 900", "Velora Runner", "Lumo Lamp", "Quillmark Pen")
CELEBRITIES = ("Ada Lovelace", "Clara Schumann", "Niels Bohr", "Frida Kahlo", "Émilie du Châtelet", "Vincent van Gogh")
PLACES = ("Lisbon", "Kyoto", "Oaxaca", "Porto Alegre", "Reykjavík", "Marrakesh")
DATES = ("3 May", "last Monday", "summer 1889", "tomorrow morning")
TAGS = ("coffee", "design", "café", "sneakers", "写真", "travel", "ad", "museum")
# Each field is an entity of this type, or no entity.
FIELDS = {
    "brand": (BRANDS, "ORGANIZATION"),
    "product": (PRODUCTS, "COMMERCIAL_ITEM"),
    "who": (CELEBRITIES, "PERSON"),
    "place": (PLACES, "LOCATION"),
    "date": (DATES, "DATE"),
    "tag": (tuple(f"#{tag}" for tag in TAGS), None),
}
# By language as the source tags it: (sentiment, text).
TEXTS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("POSITIVE", "So happy with my {product} from {brand}! 😍 {tag}"),
        ("POSITIVE", 'The new shop of {brand} in {place} is "the best" place for a break {tag}'),
        ("NEGATIVE", "My {product} broke on {date} and {brand} does not answer. Never again. {tag}"),
        ("NEGATIVE", "Waited an hour in {place}, cold food, no apology"),
        ("NEUTRAL", "{who} drawn by hand, {place}, {date}"),
        ("NEUTRAL", "{brand} opens in {place} {date}\nDoors at nine {tag}"),
        ("MIXED", "Love the look of the {product}, hate the price; it's O.K. I guess {tag}"),
        ("POSITIVE", "Would {who} have worn the {product}? I think so! {tag}"),
    ),
    "es": (
        ("POSITIVE", "¡Qué día tan bonito en {place} con {brand}! {tag}"),
        ("NEGATIVE", "El {product} llegó roto, qué decepción"),
        ("NEUTRAL", "Exposición sobre {who} en {place} {tag}"),
    ),
    "ja": (
        ("POSITIVE", "{brand} の {product} が大好きです {tag}"),
        ("NEUTRAL", "{place} で撮った写真です {tag}"),
    ),
    "fr": (("MIXED", "Joli, le {product}, mais l'attente chez {brand}… {tag}"), ("NEUTRAL", "« {who} », {place}")),
    "de": (("NEGATIVE", "Schon wieder kaputt: {product} von {brand}"), ("NEUTRAL", "Grüße aus {place} {tag}")),
    "pt-BR": (("POSITIVE", "Amei o {product}! Obrigado, {brand} {tag}"),),
    "ar": (("POSITIVE", "صورة جميلة من {place} {tag}"),),
    "tl": (("NEUTRAL", "Magandang umaga mula sa {place} {tag}"),),
    "und": (("NEUTRAL", "{brand} {place} {tag}"),),
}
LANGUAGE_WEIGHTS = {"en": 52, "es": 14, "ja": 10, "fr": 6, "de": 6, "pt-BR": 4, "ar": 3, "tl": 3, "und": 2}
# The same words by many accounts.
CAMPAIGN = ("POSITIVE", "Win a {product}! Follow {brand} and repost {tag}")
LINKS: tuple[str | None, ...] = (
    "https://www.amazon.com/dp/B0LAKE{number:04d}",
    "https://www.amazon.com/Brightcup-One-Kettle/dp/B0LAKE{number:04d}/ref=sr_1_1?keywords=kettle&th=1",
    "https://amzn.to/3lake{number:03d}",
    "https://news.example.com/{number}",
    "https://WWW.Example.org/Path?q=%C3%A9&n={number}",
    "https://amazon.de/gp/product/B0LAKE{number:04d}",
    "https://shop-{number}.example.net/a/b",
    None,
    "http://[broken/{number}",
    "no link at all",
)
# Name: parents, aliases, category; a word alone in its line begins a group that shows it.
LABELS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "Person": ((), ("Human",), "Person Description"),
    "Face": (("Head", "Person"), (), "Person Description"),
    "Head": (("Person",), (), "Person Description"),
    "Adult": (("Person",), (), "Person Description"),
    "Woman": (("Adult", "Female", "Person"), (), "Person Description"),
    "Man": (("Adult", "Male", "Person"), (), "Person Description"),
    "Female": (("Person",), (), "Person Description"),
    "Male": (("Person",), (), "Person Description"),
    "Happy": (("Face", "Head", "Person"), (), "Expressions and Emotions"),
    "Glasses": (("Accessories",), ("Eyeglasses",), "Apparel and Accessories"),
    "Accessories": ((), ("Accessory",), "Apparel and Accessories"),
    "Clothing": ((), ("Apparel",), "Apparel and Accessories"),
    "Hat": (("Clothing",), (), "Apparel and Accessories"),
    "Shoe": (("Clothing", "Footwear"), (), "Apparel and Accessories"),
    "Sneaker": (("Clothing", "Footwear", "Shoe"), ("Running Shoe",), "Apparel and Accessories"),
    "Footwear": (("Clothing",), (), "Apparel and Accessories"),
    "Handbag": (("Accessories", "Bag"), ("Purse",), "Apparel and Accessories"),
    "Bag": ((), (), "Apparel and Accessories"),
    "Coffee": (("Beverage",), (), "Food and Beverage"),
    "Coffee Cup": (("Cup",), (), "Food and Beverage"),
    "Beverage": ((), ("Drink",), "Food and Beverage"),
    "Cup": ((), (), "Food and Beverage"),
    "Food": ((), (), "Food and Beverage"),
    "Meal": (("Food",), ("Dish",), "Food and Beverage"),
    "Bread": (("Food",), (), "Food and Beverage"),
    "Fruit": (("Food", "Plant", "Produce"), (), "Food and Beverage"),
    "Plant": ((), (), "Plants and Flowers"),
    "Flower": (("Plant",), (), "Plants and Flowers"),
    "Tree": (("Plant",), (), "Plants and Flowers"),
    "Cat": (("Animal", "Mammal", "Pet"), (), "Animals and Pets"),
    "Dog": (("Animal", "Canine", "Mammal", "Pet"), (), "Animals and Pets"),
    "Animal": ((), (), "Animals and Pets"),
    "Mammal": (("Animal",), (), "Animals and Pets"),
    "Pet": (("Animal",), (), "Animals and Pets"),
    "Car": (("Transportation", "Vehicle"), ("Automobile",), "Vehicles and Automotive"),
    "Bicycle": (("Transportation", "Vehicle"), ("Bike",), "Vehicles and Automotive"),
    "Motorcycle": (("Transportation", "Vehicle"), ("Motorbike",), "Vehicles and Automotive"),
    "Transportation": ((), (), "Vehicles and Automotive"),
    "Vehicle": (("Transportation",), (), "Vehicles and Automotive"),
    "City": (("Metropolis", "Urban"), ("Town",), "Buildings and Architecture"),
    "Urban": ((), (), "Buildings and Architecture"),
    "Building": (("Architecture",), (), "Buildings and Architecture"),
    "Architecture": ((), (), "Buildings and Architecture"),
    "Street": (("City", "Road", "Urban"), (), "Buildings and Architecture"),
    "Nature": ((), (), "Nature and Outdoors"),
    "Outdoors": ((), (), "Nature and Outdoors"),
    "Sky": (("Nature", "Outdoors"), (), "Nature and Outdoors"),
    "Beach": (("Coast", "Nature", "Outdoors", "Sea", "Water"), (), "Nature and Outdoors"),
    "Electronics": ((), (), "Technology and Computing"),
    "Mobile Phone": (("Electronics", "Phone"), ("Cell Phone",), "Technology and Computing"),
    "Computer": (("Electronics",), (), "Technology and Computing"),
    "Text": ((), (), "Text and Documents"),
    "Poster": (("Advertisement",), (), "Text and Documents"),
    "Book": (("Publication",), (), "Text and Documents"),
    "Furniture": ((), (), "Home and Indoors"),
    "Indoors": ((), (), "Home and Indoors"),
}
BOXED = frozenset(
    {"Person", "Adult", "Woman", "Man", "Shoe", "Handbag", "Cup", "Coffee Cup", "Cat", "Dog", "Car", "Bicycle"}
)
LINES = (
    "FRESH ROASTED",
    "50% OFF",
    'Brightcup "One"',
    "¿QUÉ PASA?",
    "EXIT",
    "Kestrel Motors",
    "SINCE 1889",
    "東京",
    "Lumo",
)
MODERATION = (
    ("Alcohol", "", 1), ("Alcoholic Beverages", "Alcohol", 2), ("Wine", "Alcoholic Beverages", 3),
    ("Violence", "", 1), ("Weapons", "Violence", 2), ("Swimwear or Underwear", "", 1),
)  # fmt: skip
