"""What nobody tells unasked, in English."""

from __future__ import annotations

from typing import Final

from modules.simulations.offline.kinds import Hidden

HIDDEN: Final = Hidden(
    everywhere={
        "sign_off": (
            "The final acceptance takes two signatures, and the second is the accountant's, who is in the "
            "house only on Mondays and Wednesdays."
        ),
        "date": (
            "The date was not chosen freely: on the Monday after it the contract for what they use today "
            "runs out, and it cannot be extended."
        ),
        "budget": (
            "There is money for running costs after all: 60 euros a month for everything together, and "
            "not a cent more without a new decision."
        ),
        "privacy": (
            "It was promised in writing that names and telephone numbers of {users} are deleted after twelve months."
        ),
        "file": (
            "An old spreadsheet with three years of records exists, and two people filled in its column "
            "for “{term}” differently."
        ),
        "earlier": (
            "There was an attempt before this one, given up after three months because it called “{term}” "
            "something else than people there do."
        ),
        "doubter": (
            "One of those who will work with it every day was never asked and is against it; an early look "
            "at a draft would win her over."
        ),
        "absence": (
            "After the first milestone the client cannot be reached for four working days, and the deputy "
            "may answer but not decide."
        ),
        "figures": (
            "How it was before has been counted only once, for two weeks in March, on paper, and the sheets "
            "were never typed in."
        ),
    },
    without_words={
        "file": (
            "An old spreadsheet with three years of records exists, and two people filled in its columns differently."
        ),
        "earlier": (
            "There was an attempt before this one, given up after three months because those who do the "
            "work saw it only at the end."
        ),
    },
    sectors={
        "food": (
            "The list of allergens exists on paper only, in a red folder behind the till, and two of its "
            "pages are outdated.",
            "The kitchen has no keyboard within reach: whatever the night shift is meant to know comes out "
            "of a label printer.",
        ),
        "health": (
            "The tablets of the house are wiped every night at two, so nothing may live on a device longer than that.",
            "The data protection committee has to see every screen that shows a name, and it meets every "
            "second Thursday.",
        ),
        "logistics": (
            "Two of the depots still send their lists by fax, and a clerk types them in before six in the morning.",
            "Drivers are paid by the stop, so whatever costs them ten seconds there will quietly not be used.",
        ),
        "finance": (
            "The internal auditors want every figure to be explainable for ten years, and they were not "
            "asked when the brief was written.",
            "The core system takes no bookings between half past ten at night and four in the morning, and "
            "hardly anybody outside operations knows it.",
        ),
        "culture": (
            "Half of the picture rights run out at the end of the year, and only the archivist knows which half.",
            "The building is a protected monument: no new cables, and the wireless network ends at the second hall.",
        ),
        "farming": (
            "There is no mobile reception on the lower land, and the crews carry the oldest phones of the house.",
            "The pump is shared with a neighbour: on Tuesdays and Saturdays it is his.",
        ),
        "education": (
            "Four in ten share one device with a brother or sister, and get it only in the evening.",
            "Marks may not be shown to anybody before the staff meeting has approved them; there was a "
            "complaint about that two years ago.",
        ),
        "retail": (
            "The article numbers are not unique: since two shops were merged about two hundred of them exist twice.",
            "The tills are synchronised only at night, so what the computer shows at noon is the state of yesterday.",
        ),
        "travel": (
            "A third of all bookings come from an agency that sends them as a list by e-mail, twice a day.",
            "At night the desk is one person, who answers the telephone as well and has four minutes for "
            "whoever stands there.",
        ),
        "public": (
            "Every text that residents read has to pass the office for plain language, which takes five working days.",
            "The staff council was promised that no screen will ever show how fast a single caseworker is.",
        ),
        "energy": (
            "About one meter in thirty reports in another unit than the rest, and the list of those is in a "
            "technician's notebook.",
            "New tariff rules are published in the middle of the project, and they bind from the day of publication.",
        ),
        "sport": (
            "The halls belong to the city, which changes times by letter and never by e-mail.",
            "Children under fourteen may not be contacted directly: every message for them goes to a parent.",
        ),
        "charity": (
            "The largest donor goes on paying only if it is shown every quarter how many hours were really given.",
            "Several of the most reliable helpers have no smartphone and want to be called.",
        ),
        "property": (
            "The numbers on the doors and the numbers in the contracts differ in three of the buildings.",
            "Without two days' notice nobody may enter a flat, whatever is broken; only water and fire are exempt.",
        ),
        "media": (
            "The archive from before 2014 lies in a format that only one retired colleague can still open.",
            "The legal desk must be able to take anything offline within fifteen minutes, on Sundays too.",
        ),
        "general": (
            "The person who does all of this by hand today retires at the end of the quarter, and none of it "
            "is on paper.",
            "About one case in ten is an exception that is settled on the telephone and leaves no trace.",
        ),
    },
    capabilities={
        "orders": "The numbers of old orders start again every January, so they are not unique over the years.",
        "payments": (
            "The test account at the provider belongs to somebody who has left, and a new one takes three working days."
        ),
        "booking": "Two people still write into a paper diary, and theirs counts where the two disagree.",
        "queue": (
            "The machine at the entrance that prints numbers begins again at one after every power cut, "
            "which happens monthly."
        ),
        "accounts": "Some e-mail addresses are shared: families and whole shifts use one for several people.",
        "search": (
            "People there look things up by nicknames and old names; about ninety of them are collected in a chat log."
        ),
        "notifications": (
            "The line for text messages is limited to two hundred a day, and another department uses it as well."
        ),
        "tracking": "Positions arrive up to four minutes late, which the supplier admits only in an appendix.",
        "measurements": "Since they were last serviced, seven of the devices have a clock that is an hour behind.",
        "reports": (
            "The monthly figures that everybody believes in are corrected by hand on the second working day "
            "before anybody sees them."
        ),
        "pipeline": (
            "Whoever sends the largest file changes its columns every spring, and says so to an address "
            "that nobody reads."
        ),
        "content": (
            "Captions and pictures lie in different folders, and their file names agree only up to last summer."
        ),
        "offline": (
            "The connection there drops for about a minute several times a day, whenever the back-up line takes over."
        ),
        "languages": "Texts are translated by an agency that takes five working days and charges by the page begun.",
        "messages": (
            "After an insult in the old guest book it was agreed that every text stays readable to a "
            "moderator for thirty days."
        ),
        "learning": (
            "The exercises come from a publisher whose licence allows showing them, but no copies and no changes."
        ),
        "stock": "One storage room is never counted: somebody else runs it, and things are borrowed from it.",
        "requests": "One kind of case is always agreed on the telephone first, and the paper is filled in afterwards.",
        "migration": (
            "About four hundred of the old records belong to nobody any more, and the lawyers want them kept anyway."
        ),
        "access": "A blind colleague tried the last version and kept notes; so far nobody has asked her for them.",
    },
    crafts={
        "frontend": (
            "About a fifth of all visits come from tablets with a browser that is four years old, and they "
            "will not be replaced this year."
        ),
        "mobile": (
            "The store account is in the name of a company that was renamed, and each release waits a week "
            "until that is settled."
        ),
        "backend": (
            "The server it will run on is shared: two processors, four gigabytes of memory, and a restart "
            "every Sunday at four."
        ),
        "fullstack": "Nobody deploys on a Friday: that was agreed after an accident and stands in no document.",
        "data": (
            "The source may be read only between one and five at night; at any other time a copy from the "
            "day before has to do."
        ),
        "design": "The typeface of the house is licensed for print only, so for screens a free one has to be found.",
    },
)
