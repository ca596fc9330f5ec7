"""The published BLIP checkpoints that can be had as describer sets, at pinned revisions.

Sizes are those of the published files, rounded. The pins are revisions with 12 text heads (those
before April 2023 say 8, and such a network writes nonsense).
"""

from dataclasses import dataclass

from engine.hub.messages import Wanted

CAPTIONS, SEARCH, QUESTIONS = "captions", "search", "questions"
LICENCE = "BSD-3-Clause"
RESEARCH_NOTE = (
    "Its authors published it for research purposes, in support of an academic paper; it was not "
    "made or tested for every use. It can be wrong, and it repeats what its pictures taught it."
)

_CAPTIONING_BASE = Wanted(
    "Salesforce/blip-image-captioning-base", "9cfcdbcaccbcadb2b53b36d4b50042c4eeaa0c25"
)
_CAPTIONING_LARGE = Wanted(
    "Salesforce/blip-image-captioning-large", "353689b859fcf0523410b1806dace5fb46ecdf41"
)
_ITM_BASE = Wanted("Salesforce/blip-itm-base-coco", "7eaa90c11850c0b17fc38c6a11e7d88bd6ac231f")
_ITM_LARGE = Wanted("Salesforce/blip-itm-large-coco", "c0273606af96037e7a3b2fb0ff4ae9620b517be6")
_VQA_BASE = Wanted("Salesforce/blip-vqa-base", "main")
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Offer:
    """A describer set that can be got. ``does``: captions, search, questions."""

    name: str
    title: str
    does: tuple[str, ...]
    about: str
    size_bytes: int
    checkpoints: tuple[Wanted, ...]
    licence: str = LICENCE
    note: str = RESEARCH_NOTE


OFFERS = (
    Offer(
        "blip-base",
        "BLIP base",
        (CAPTIONS, SEARCH),
        "Describes photos and finds them by what is in them. A good start.",
        1885 * _MB,
        (_CAPTIONING_BASE, _ITM_BASE),
    ),
    Offer(
        "blip-large",
        "BLIP large",
        (CAPTIONS, SEARCH),
        "Describes and finds more exactly, but takes longer for each photo.",
        3664 * _MB,
        (_CAPTIONING_LARGE, _ITM_LARGE),
    ),
    Offer(
        "blip-captioning-base",
        "BLIP captioning base",
        (CAPTIONS,),
        "Describes photos, but does not find them by what is in them.",
        990 * _MB,
        (_CAPTIONING_BASE,),
    ),
    Offer(
        "blip-captioning-large",
        "BLIP captioning large",
        (CAPTIONS,),
        "Describes photos more exactly, but does not find them by what is in them.",
        1880 * _MB,
        (_CAPTIONING_LARGE,),
    ),
    Offer(
        "blip-itm-base",
        "BLIP matching base",
        (SEARCH,),
        "Finds photos by what is in them, but makes no captions.",
        895 * _MB,
        (_ITM_BASE,),
    ),
    Offer(
        "blip-itm-large",
        "BLIP matching large",
        (SEARCH,),
        "Finds photos more exactly, but makes no captions.",
        1784 * _MB,
        (_ITM_LARGE,),
    ),
    Offer(
        "blip-vqa-base",
        "BLIP questions base",
        (QUESTIONS,),
        "Answers questions about a photo, beside a set that describes or finds.",
        1540 * _MB,
        (_VQA_BASE,),
    ),
)


def offer_of(name: str) -> Offer | None:
    """Return the offer of this name."""
    return next((offer for offer in OFFERS if offer.name == name), None)
