"""Puts people and posts on the square: a coffee brand, and what is said about it in one morning."""

from datetime import timedelta

from answerback_sandbox.square.photos import keep
from answerback_sandbox.square.pictures import spilled_coffee
from answerback_sandbox.square.posting import Draft, publish
from answerback_sandbox.square.reactions import boost, favourite
from answerback_sandbox.square.records import Person, Post
from answerback_sandbox.square.state import Square

BRAND = "northwind"


def seed(square: Square) -> None:
    """Adds the brand @northwind, five customers and what they said, minutes to hours ago."""
    with square.lock:
        people = settle(square)
        _conversations(square, people)


def settle(square: Square) -> dict[str, Person]:
    """The people alone, by name; nobody has said anything yet."""
    joined = square.now() - timedelta(days=400)
    people = [
        square.join(
            BRAND,
            "Northwind Coffee",
            note="Roasted in the north, poured everywhere. We answer from 8 to 20, every day.",
            colour="#1f5e5c",
            joined=joined,
        ),
        square.join(
            "rosa",
            "Rosa Ibáñez",
            note="Profesora, madrugadora, cafetera.",
            language="es",
            colour="#b4446c",
            joined=joined + timedelta(days=12),
        ),
        square.join(
            "jonas",
            "Jonas Albrecht",
            note="Fährt Rad. Trinkt Kaffee. In dieser Reihenfolge.",
            language="de",
            colour="#3d6fb4",
            joined=joined + timedelta(days=41),
        ),
        square.join(
            "amina",
            "أمينة حدّاد",
            note="مناوبات ليلية وقهوة قوية.",
            language="ar",
            colour="#9a6a12",
            joined=joined + timedelta(days=90),
        ),
        square.join(
            "kenji",
            "Kenji Mori",
            note="Night shifts, long walks and strong coffee.",
            colour="#6b5bb0",
            joined=joined + timedelta(days=133),
        ),
        square.join(
            "priya",
            "Priya Raman :blobcat:",
            note="Illustrator in Bristol.",
            colour="#2f7d4f",
            joined=joined + timedelta(days=200),
        ),
    ]
    for person in people[1:4]:
        square.follow(person, people[0])
    return {person.name: person for person in people}


def _conversations(square: Square, people: dict[str, Person]) -> None:
    now = square.now()

    def say(name: str, minutes_ago: int, draft: Draft) -> Post:
        moment = now - timedelta(minutes=minutes_ago)
        return publish(square, people[name], draft, at=moment, application="Sandbox square")

    news = say(
        BRAND,
        205,
        Draft(
            text="Good morning! ☕ Our autumn roast is back in every shop from today: plum, "
            "cocoa, a little smoke.\n\nhttps://northwind.example/autumn-roast #coffee"
        ),
    )
    cup = say(
        "rosa",
        171,
        Draft(
            text="¡El café de otoño de @northwind es una maravilla! 😍 Ciruela y cacao, tal como "
            "prometen. Gracias por alegrarme el lunes 🍂",
        ),
    )
    question = say(
        "jonas",
        128,
        Draft(
            text="@northwind Habt ihr die Herbströstung auch als ganze Bohnen? Und liefert ihr "
            "nach Österreich? 🚲",
        ),
    )
    say(
        "amina",
        97,
        Draft(
            text="قهوة الخريف من northwind رائعة ☕ رائحة الخوخ والكاكاو تملأ المكتب كله. "
            "سأعود لأشتري الحبوب!",
        ),
    )
    photo = keep(
        square,
        people["kenji"],
        file_name="cup.png",
        media_type="image/png",
        data=spilled_coffee(),
        description="A paper cup on a wooden table. Its lid is cracked and coffee runs down the "
        "side into a puddle.",
    )
    complaint = say(
        "kenji",
        52,
        Draft(
            text="@northwind third time this week that the lid cracked and the coffee went over my "
            "bag 😤 Order NW-20817. I would like my money back, please.",
            photo_ids=(photo.id,),
        ),
    )
    say(
        "priya",
        44,
        Draft(
            text="@kenji same here on Tuesday! I thought I had just closed it badly :blobcat:",
            in_reply_to_id=complaint.id,
        ),
    )
    say(
        "priya",
        31,
        Draft(
            text="Half an hour in the queue and then no oat milk. The #northwind at Harbour Street "
            "is not what it used to be.",
        ),
    )
    say(
        "jonas",
        17,
        Draft(
            text="Die northwind-App zeigt mir seit gestern nur noch eine weiße Seite. Geht das "
            "jemandem auch so?",
        ),
    )
    favourite(square, people["jonas"], news.id)
    favourite(square, people["rosa"], news.id)
    favourite(square, people["amina"], cup.id)
    favourite(square, people["priya"], question.id)
    favourite(square, people["priya"], complaint.id)
    boost(square, people["rosa"], news.id, None)
