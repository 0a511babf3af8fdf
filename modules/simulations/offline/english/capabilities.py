"""What products do, in English."""

from __future__ import annotations

from typing import Final

from modules.simulations.offline.kinds import Capability, Question

COMMERCE: Final[dict[str, Capability]] = {
    "orders": Capability(
        name="ordering",
        title="From basket to confirmed order",
        story=(
            "An order is a promise with a price on it. Decide when the promise is made, what can still "
            "be changed afterwards, and who hears about it."
        ),
        rules=(
            "A basket shows every item, its price and the total before anything is confirmed.",
            "An order that cannot be fulfilled any more is refused before it is confirmed, with the reason.",
            "Confirming twice, by a double click or a retried request, makes one order and not two.",
        ),
        proof="A table of order states and who may move an order from one to the next",
        question=Question(
            "Two people order the last piece in the same second. What should happen?",
            "One order is confirmed, the other is refused with a clear reason",
            (
                "Both are confirmed and the second is cancelled the next day",
                "Both are refused so that it stays fair",
                "The one with the larger basket wins",
            ),
            (
                "Checking and reserving the piece must be one step. Whoever comes second learns it at "
                "once, while another choice is still possible."
            ),
        ),
    ),
    "payments": Capability(
        name="payments",
        title="Money in, money out, and a trail of both",
        story=(
            "Amounts are integers in the smallest unit, and every movement leaves an entry that nobody "
            "edits. A refund is a new entry, never an erased one."
        ),
        rules=(
            "The amount, the currency and the recipient are shown before anything is charged.",
            "A declined payment says what to do next and loses nothing that was typed.",
            "A payment whose outcome is unknown is looked up at the provider before it is tried again.",
        ),
        proof="A worked example of one payment and one refund, to the cent",
        question=Question(
            "The provider times out and you do not know whether the card was charged. What do you do first?",
            "Ask the provider for the state of that payment by its own key",
            (
                "Charge again at once, the first try has surely failed",
                "Mark it as paid, so that nobody has to wait",
                "Delete the attempt and let the person start over",
            ),
            (
                "A timeout says nothing about the outcome. With an idempotency key the same payment "
                "can be looked up, or repeated, without charging twice."
            ),
        ),
    ),
    "booking": Capability(
        name="booking",
        title="Free slots, taken slots",
        story=(
            "A calendar is a fight over the same half hour. Write down how long a slot is, who may "
            "give it away, and until when it can be cancelled."
        ),
        rules=(
            "Only slots that are really free are offered, in the local time of the place.",
            "A booking can be moved or cancelled until a stated hour, and the slot is free again at once.",
            "Two bookings for one slot are impossible, even when both arrive in the same instant.",
        ),
        proof="A calendar with an overlap, a cancellation and a clock change worked through",
        question=Question(
            "A slot is booked for the night when the clocks change. How is its time best kept?",
            "As an instant in UTC, together with the place's time zone",
            (
                "As the text that was on the screen",
                "As local time without a zone",
                "As the number of minutes since opening",
            ),
            (
                "An instant is unambiguous and the zone tells how to show it. Local time alone happens "
                "twice, or never, on such a night."
            ),
        ),
    ),
    "stock": Capability(
        name="stock keeping",
        title="What is on the shelf, and what the list claims",
        story=(
            "The list and the shelf always drift apart. Make counting cheap, make corrections visible, "
            "and never let a number change without a reason beside it."
        ),
        rules=(
            "Every item shows how many are left and when that was last counted.",
            "A correction asks for a reason and keeps the number that was there before.",
            "Stock never falls below zero, whoever takes the last piece and however often they try.",
        ),
        proof="A count of ten real items compared with what the system says",
        question=Question(
            "The list says 4, the shelf holds 3. What should the correction look like?",
            "An entry of minus one with a reason, so that the history still adds up",
            (
                "Overwrite the 4 by a 3, quickly and silently",
                "Leave it, the next delivery will even it out",
                "Delete the item and enter it again",
            ),
            (
                "Movements explain how a number came to be. Overwriting it hides the loss that "
                "somebody will be asked about in a month."
            ),
        ),
    ),
}

ACCESS: Final[dict[str, Capability]] = {
    "accounts": Capability(
        name="accounts",
        title="Who is this, and what may they do",
        story=(
            "Telling people apart and letting them do things are two questions. Answer them in two "
            "places, and let the default of the second be no."
        ),
        rules=(
            "People sign in, stay signed in for a stated time, and can sign out everywhere.",
            "A wrong password and an unknown address get the same answer, at the same speed.",
            "Every action names the permission it needs, and a missing one is refused and logged.",
        ),
        proof="A matrix of roles and actions, with the cell that surprised you marked",
        question=Question(
            "Someone signs in with an address that does not exist. What is the best answer?",
            "The same message as for a wrong password",
            (
                "'There is no account with this address'",
                "'Did you mean a similar address?'",
                "An empty page, to give nothing away",
            ),
            (
                "An answer that differs lets a stranger find out who has an account. The same message "
                "helps an honest person just as well."
            ),
        ),
    ),
    "requests": Capability(
        name="approvals",
        title="A form, a decision, an answer",
        story=(
            "Behind each form somebody waits. Ask for as little as the decision needs, show where the "
            "matter stands, and let no request end in silence."
        ),
        rules=(
            "The form asks only for what the decision needs, and says beside each field why.",
            "Every request has a state, a person who owns it, and a date by which it is answered.",
            "A decision is final, signed and dated; changing one's mind is a second decision.",
        ),
        proof="The life of one request drawn from first click to final answer",
        question=Question(
            "A form is abandoned halfway by a third of the people. What do you try first?",
            "Find the field where they stop, and ask whether the decision needs it",
            (
                "Make every field mandatory, so that nothing is missing",
                "Add a progress bar and wait a month",
                "Send those people a reminder each day",
            ),
            (
                "Each field costs some of the people who would have finished. The one they stop at is "
                "usually the one nobody can explain."
            ),
        ),
    ),
    "access": Capability(
        name="use by everyone",
        title="Large, slow, loud: use by everyone",
        story=(
            "Some hands shake, some eyes squint, some people cannot hear. What helps them (size, "
            "contrast, calm, a second channel) helps the rest on a bad day."
        ),
        rules=(
            "Targets are at least 44 pixels wide, and text can be doubled without losing anything.",
            "Everything that is heard can be read, and everything in colour is also said in words.",
            "The main journey works with a keyboard or a screen reader alone, and times out gently.",
        ),
        proof="Notes from watching two people over seventy use it without help",
        question=Question(
            "An error is shown by a red border only. Who is left out?",
            "People who cannot tell colours apart or who listen to the screen",
            (
                "Nobody, red is understood everywhere",
                "Only people who have no touch screen",
                "Only people with a slow connection",
            ),
            (
                "Colour may support a message but must not be its only carrier (WCAG 1.4.1). A word "
                "and an icon cost one line."
            ),
        ),
    ),
    "languages": Capability(
        name="several languages",
        title="Two languages, one product",
        story=(
            "A second language is not a table of words: sentences get longer, sides swap, plurals "
            "multiply. Plan for it before the layout has become too proud."
        ),
        rules=(
            "No sentence is glued together from pieces, and none is written inside the code.",
            "Dates, numbers and plurals follow the reader's language, not the writer's.",
            "Switching the direction of writing mirrors the layout and leaves numbers and logos alone.",
        ),
        proof="The three longest screens photographed in both languages, side by side",
        question=Question(
            "Why is 'You have ' + n + ' messages' a bad way to build a sentence?",
            "Word order and plural forms differ between languages",
            (
                "Joining strings is slow in most languages",
                "Numbers must always be written as words",
                "It only works with Latin fonts",
            ),
            (
                "Arabic has six plural forms and another order of words. A whole message with a "
                "placeholder leaves that to the translator."
            ),
        ),
    ),
}
