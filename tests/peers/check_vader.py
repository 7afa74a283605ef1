"""vaderSentiment, VADER's own program, against our reading of its rules: the same sentences, the same moods.

Alone: `python tests/peers/check_vader.py`. Ours may differ where the published program does not do what its paper says: it weighs the
words around a `but` by their values instead of their places, so that of several that come to one value, one is weighed twice.
"""

import subprocess
from pathlib import Path

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

SENTENCES = """\
VADER is smart, handsome, and funny.
VADER is smart, handsome, and funny!
VADER is very smart, handsome, and funny.
VADER is VERY SMART, handsome, and FUNNY.
VADER is VERY SMART, handsome, and FUNNY!!!
VADER is VERY SMART, uber handsome, and FRIGGIN FUNNY!!!
VADER is not smart, handsome, nor funny.
The book was good.
At least it isn't a horrible book.
The book was only kind of good.
The plot was good, but the characters are uncompelling and the dialog is not great.
Today SUX!
Today only kinda sux! But I'll get by, lol
Make sure you :) or :D today!
:) and :D
Catch utf-8 emoji such as 💘 and 💋 and 😁
Not bad at all
Terrible quality, broke after two days. Do not buy!
Sentiment analysis has never been good.
Sentiment analysis has never been this good!
Most automated sentiment analysis tools are shit.
With VADER, sentiment analysis is the shit!
Other sentiment analysis tools can be quite bad.
On the other hand, VADER is quite bad ass
VADER is such a badass!
Without a doubt, excellent idea.
Roger Dodger is one of the most compelling variations on this theme.
Roger Dodger is at least compelling as a variation on the theme.
Roger Dodger is one of the least compelling variations on this theme.
Not such a badass after all.
Without a doubt, an excellent idea.
The shirt is soft and the colours are lovely.
The shirt is soft, but the seams are awful.
I love this phone!
I LOVE this phone!!
I don't love this phone.
I do not like it at all, and I never will.
It is neither good nor bad.
No problem with the delivery.
No good, no fun, no refund.
No or bad service
There is no love lost here.
It works great so far, would recommend to a friend.
Works as described.
Delivered on time, packed well, thank you so much!
Delivered late, packed badly, nobody answered.
The worst purchase of my life
The best purchase of my life
Best. Purchase. Ever!!!!
Best purchase ever!!!!!!
Is it good??
Is it good???
Is it good????
Is this a joke? Broken on arrival.
Arrived broken, and the seller was rude.
Arrived broken, but the seller was kind and sent another.
The seller was kind but the shirt arrived broken.
I hardly ever complain, but this is disgusting.
Hardly worth the money
Barely usable, extremely disappointing
Extremely happy with it
Exceptionally good value
Absolutely fantastic, 10/10
absolutely NOT fantastic
It's okay I guess.
It's ok
meh
lol
LOL that was bad
smh
wtf is this
Thanks :-)
Thanks ;)
Sad :(
So sad :'(
<3 this shop
I'm not unhappy with it.
I can't complain.
I cannot recommend this.
I couldn't be happier!
Wouldn't buy again
Would not buy it again, ever
Don't waste your money on this garbage.
A waste of money
Worth every penny
Cheap and nasty
Cheap and cheerful
Pretty good for the price
Pretty ugly for the price
Pretty, pretty good
This is the bomb!
the food at the bus stop was fine
yeah right, great quality
A kiss of death for my laptop
A cake to die for
My beating heart
Sort of nice
sort of not nice
Kind of boring and kind of sweet
kind people of this shop
Just enough good parts
The service is so good it hurts
never so happy
never this unhappy
She was never really happy with the fabulous dress
My dog hates it; my cat loves it.
Despite the hype, it failed.
Rarely have I been so impressed
Seldom bad
I was charged twice and the refund was refused.
Perfect gift, my mother cried with joy 😂
Fire 🔥🔥🔥
😡 never again
👍
👎👎
good👍
The battery dies fast
The battery lasts forever
dead on arrival
killer sound
sick beats
wicked good
insanely good
Incredible!
incredible value
more expensive, less good
less bad than expected
The least of my problems
at the very least it is honest
the least honest seller
TERRIBLE service but AMAZING product
terrible SERVICE but amazing PRODUCT
ALL CAPS IS GOOD
all caps is good
2 stars
42
A table made of wood
""".splitlines()


def ours(sentences):
    """Our compounds, in ten-thousandths."""
    root = Path(__file__).resolve().parents[2]
    command = ["cargo", "run", "--quiet", "--package", "reviews", "--example", "compound"]
    text = "".join(f"{sentence}\n" for sentence in sentences)
    made = subprocess.run(command, cwd=root, input=text, capture_output=True, text=True, check=True)
    return [int(line) for line in made.stdout.splitlines()]


def run(report):
    theirs = SentimentIntensityAnalyzer()
    moods = list(zip(SENTENCES, ours(SENTENCES), strict=True))

    def differing():
        found = []
        for sentence, mood in moods:
            expected = round(theirs.polarity_scores(sentence)["compound"] * 10_000)
            if abs(mood - expected) > 1:
                found.append((sentence, mood, expected))
        return found

    report.equal(f"vaderSentiment: {len(SENTENCES)} sentences have the mood that it gives them", differing, [])


if __name__ == "__main__":
    import sys

    from checks import Report

    alone = Report()
    run(alone)
    sys.exit(1 if alone.failed else 0)
