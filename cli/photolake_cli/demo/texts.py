"""The sentences of the synthetic posts by language; `{tag}` becomes a hashtag."""

from __future__ import annotations

from collections.abc import Mapping

ACCOUNTS = (
    "harbour_cafe", "night_sky_club", "old_town_market", "gate_b12", "museum_steps", "riverside_bakery",
    "two_wheels_daily", "cat_of_the_day", "city_gardens", "launch_pad_news", "print_shop_nine", "tea_house_lane",
    "south_pier_radio", "film_roll_36", "weekend_walks", "corner_bookshop", "coin_cabinet", "moon_watch",
    "paper_and_ink", "green_thumbs", "station_clock", "market_hall_7", "open_kitchen", "long_exposure",
)  # fmt: skip

TOPICS = ("coffee", "space", "cats", "travel", "market", "garden", "motorbike", "books")

SENTENCES: Mapping[str, tuple[str, ...]] = {
    "en": (
        "I love this {tag}! Best thing I have seen all week.",
        "What a wonderful morning at Harbour Street, thanks everyone {tag}",
        "Terrible service today, waited 45 minutes and nobody said sorry {tag}",
        "The new one costs $19.99 and it broke on 3 May. Very disappointed. {tag}",
        "Spotted near the old station at noon. {tag}",
        "Not sure what to think: great picture, awful sound {tag}",
        "Doors open on Saturday at 9 am, 50% off for early birds {tag}",
        "Happy to share a few photos of our {tag} corner, so proud of the team!",
        "The queue is far too long again, this is annoying {tag}",
        "On display until 12 June 2026 at the museum. {tag}",
    ),
    "es": (
        "¡Me encanta este rincón! Gracias a todos por venir {tag}",
        "Hoy el servicio fue muy malo, no vuelvo más {tag}",
        "Abrimos el sábado a las 9, os esperamos en la plaza {tag}",
        "Unas fotos del paseo de esta mañana {tag}",
    ),
    "fr": (
        "Quelle belle matinée au marché, merci à tous {tag}",
        "Encore une heure d'attente, c'est vraiment décevant {tag}",
        "Quelques photos prises hier soir près de la gare {tag}",
        "Ouverture samedi à 9 heures, venez nombreux {tag}",
    ),
    "de": (
        "So ein schöner Morgen am Hafen, danke euch allen {tag}",
        "Schon wieder kaputt, ich bin wirklich enttäuscht {tag}",
        "Ein paar Bilder vom Rundgang gestern Abend {tag}",
        "Am Samstag öffnen wir um 9 Uhr {tag}",
    ),
    "pt": (
        "Que manhã maravilhosa na feira, obrigado a todos {tag}",
        "O atendimento foi péssimo, não recomendo {tag}",
        "Algumas fotos do passeio de ontem {tag}",
    ),
    "it": (
        "Che bella mattina al mercato, grazie a tutti {tag}",
        "Servizio pessimo, non ci torno più {tag}",
        "Qualche foto della passeggiata di ieri sera {tag}",
    ),
    "ja": (
        "今朝の市場はとても楽しかったです。ありがとうございました {tag}",
        "昨日の散歩で撮った写真です {tag}",
        "また壊れてしまって、とても残念です {tag}",
    ),
    "ar": (
        "صباح جميل في السوق، شكرا للجميع {tag}",
        "الخدمة كانت سيئة جدا اليوم {tag}",
        "بعض الصور من نزهة الأمس {tag}",
    ),
}

COMMENTS = ("Worth a look", "Saving this one", "Agreed!", "I disagree with this, it looks fake", "Now this is a photo")
