"""How the fields in front of the screen work, in English."""

from __future__ import annotations

from typing import Final

from modules.simulations.domain import Field
from modules.simulations.offline.kinds import Build, Craft, Question, Step

SCREENS: Final[dict[Field, Craft]] = {
    "frontend": Craft(
        label="frontend",
        artefact="web interface",
        openings=(
            Step(
                "Map, copy and a first page without decoration",
                (
                    "Draw the map of screens before any colour: what {users} come for, which screen "
                    "answers it, where they land when they are lost. Then put real copy on the busiest "
                    "one, in plain HTML that works before a single script has loaded."
                ),
                (
                    "Sitemap with the three main journeys of {users}",
                    "First screen in semantic HTML, readable with styles off",
                    "A note on what you left out, and why",
                ),
            ),
            Step(
                "A click-through before the code",
                (
                    "Collect every sentence this site has to say and cut half of them. Arrange the "
                    "rest on paper, walk three of the {users} through it with a finger, and only then "
                    "type the skeleton: landmarks, headings, links that lead somewhere."
                ),
                (
                    "Paper walk-through with three people, photographed",
                    "Page skeleton with landmarks and a sensible heading outline",
                    "Content inventory: kept, cut, still missing",
                ),
            ),
        ),
        builds=(
            Build(
                (
                    "Make the path where nothing goes wrong pleasant, one component after another, "
                    "each fed by typed sample records."
                ),
                (
                    "Components with their properties documented",
                    "Recording of the journey on a phone-sized viewport",
                ),
            ),
            Build(
                (
                    "Now the uncomfortable cases: every view gets a loading, an empty and a failed "
                    "state, and going back never loses typed input."
                ),
                ("Screenshots of all states on one sheet", "Validation messages naming field and remedy"),
            ),
            Build(
                (
                    "You do not control the server behind this, so expect slow, doubled and missing "
                    "replies and stay truthful meanwhile."
                ),
                (
                    "Fake server with delays and faults for local work",
                    "Optimistic updates that visibly roll back",
                ),
            ),
        ),
        hardening=Step(
            "Fast, reachable, keyboard-proof",
            (
                "Measure instead of guessing: loading on a mid-range handset, contrast, focus order, "
                "bundle size. Repair your worst three findings and leave a written list about whatever "
                "remains."
            ),
            (
                "Lighthouse report before and after",
                "Keyboard-only walkthrough, filmed",
                "Script and image budget enforced by the build",
            ),
        ),
        closings=(
            Step(
                "Publish, watch, hand over",
                (
                    "Deploy from main, then sit beside someone new to it and stay silent. Whatever "
                    "confuses this guest becomes your final list of fixes; explain the rest in a README."
                ),
                (
                    "Public address with automatic deployment",
                    "Usability notes from one genuine session",
                    "README that another intern follows in ten minutes",
                ),
            ),
            Step(
                "From your laptop to strangers' pockets",
                (
                    "Put a preview behind each merge, let an outsider use it on their own handset, and "
                    "remove the two elements nobody touched. Write for whoever inherits this on a bad "
                    "day."
                ),
                (
                    "Preview deployments per merge request",
                    "Two removals, justified by observation",
                    "Maintenance guide with the three likeliest faults",
                ),
            ),
        ),
        qualities=(
            "Works on a 360-pixel-wide screen without sideways scrolling.",
            "Text contrast meets WCAG 2.2 AA everywhere.",
            "The largest element is visible within 2.5 seconds on a mid-range phone.",
            "Every control can be reached and operated by keyboard, with a visible focus.",
            "Scripts weigh less than 150 kB compressed on the first page; the build fails above.",
            "No layout shift above 0.1 and no interaction slower than 200 ms at the 75th percentile.",
        ),
        objectives=(
            "Structure a page so that it works before it is styled",
            "Handle loading, empty and failed states as part of the design",
        ),
        questions=(
            Question(
                "Why start with semantic HTML for {thing}?",
                "It works for screen readers, search engines and slow phones before styles arrive",
                (
                    "Because browsers refuse pages without it",
                    "Because it makes style sheets unnecessary",
                    "Because frameworks cannot render anything else",
                ),
                (
                    "Headings, lists, buttons and labels carry meaning by themselves. Everything "
                    "later, styles and scripts, can fail without taking it away."
                ),
            ),
            Question(
                "A button sends a request that takes four seconds. What should happen at the click?",
                "The button shows that it works, cannot be pressed twice, and an error brings it back",
                (
                    "Nothing, until the answer arrives",
                    "The page reloads, so that it looks busy",
                    "The success message is shown at once, whatever happens",
                ),
                (
                    "People press again when nothing moves. Feedback within a tenth of a second, and "
                    "protection against the second press, prevent doubled work."
                ),
            ),
        ),
    ),
    "mobile": Craft(
        label="mobile",
        artefact="mobile app",
        openings=(
            Step(
                "One thumb, one task",
                (
                    "Follow {users} through an ordinary day and note when the phone is in their hand, for "
                    "how many seconds, and in which light. Sketch only the single task these moments "
                    "allow, and build its screen on a real device."
                ),
                (
                    "Diary of one day with five moments of use",
                    "Navigation sketch of at most five screens",
                    "First screen running on a physical phone",
                ),
            ),
            Step(
                "A prototype for a bus ride",
                (
                    "Build a throw-away version in three days and give it to two of the {users} for an "
                    "afternoon. Keep what they reached for without thinking, and the words they used "
                    "while doing so."
                ),
                (
                    "Throw-away build and what it taught you",
                    "Ranking of moments by frequency and urgency",
                    "Architecture sketch: screens, state, storage",
                ),
            ),
        ),
        builds=(
            Build(
                (
                    "Write it as small screens with one decision each; state lives in one place and "
                    "survives rotation and a phone call."
                ),
                (
                    "Screens with previews for light, dark and large type",
                    "Unit tests of the state, without a device",
                ),
            ),
            Build(
                "Ask for a permission only at the moment it makes sense, and keep going when it is denied.",
                (
                    "Flow for granted, denied and revoked permissions",
                    "Error copy reviewed by somebody outside the project",
                ),
            ),
            Build(
                (
                    "Batteries and data plans belong to other people: batch what can wait, cache what "
                    "was seen, wake up rarely."
                ),
                ("Battery and traffic measured over an hour", "Background work with its schedule justified"),
            ),
        ),
        hardening=Step(
            "Old phones, bad light, large type",
            (
                "Borrow the cheapest handset you can find and live with your build for a day. Profile "
                "the cold start, check screen readers and extreme font sizes, and make crashes report "
                "themselves."
            ),
            (
                "Cold start profile on a low-end device",
                "VoiceOver or TalkBack pass with findings",
                "Crash reporting proven by a forced crash",
            ),
        ),
        closings=(
            Step(
                "Into testers' hands",
                (
                    "Ship a signed build through a test channel, recruit three outsiders and read their "
                    "feedback without defending anything. Write store texts that promise no more than is "
                    "true."
                ),
                (
                    "Signed build in a test channel",
                    "Feedback of three testers, sorted by pain",
                    "Store listing with honest screenshots",
                ),
            ),
            Step(
                "Release candidate and rehearsal",
                (
                    "Freeze features, rehearse the update from the oldest version still installed, and "
                    "check what happens to saved content. Only then write notes a non-developer "
                    "enjoys."
                ),
                (
                    "Update rehearsal with a filled database",
                    "Release notes in ordinary words",
                    "Rollback plan with a named decision maker",
                ),
            ),
        ),
        qualities=(
            "Every touch target measures at least 44 points and sits within reach of a thumb.",
            "Follows the system's font size up to the largest step without cut text.",
            "Opens to a usable screen within two seconds on a five-year-old phone.",
            "Loses no input when the system ends the app in the background.",
            "Secrets live in the platform's keystore, never in plain preferences or logs.",
            "Crash-free sessions stay above 99.5 %, and the figure is watched after release.",
        ),
        objectives=(
            "Design for short moments and unreliable networks",
            "Keep state correct through interruptions",
        ),
        questions=(
            Question(
                "When should {thing} ask for permission to send notifications?",
                "When the person does something that notifications would help with",
                (
                    "On the first start, before anything else",
                    "Every day until it is granted",
                    "Never, permissions are granted at installation",
                ),
                (
                    "A request in context explains itself. Asked at the first start most people say "
                    "no, and the system lets you ask only once."
                ),
            ),
            Question(
                "A call comes in while a form is half filled. What must be true afterwards?",
                "Everything that was typed is still there",
                (
                    "The form starts again, for safety",
                    "The form is sent as it is",
                    "The app shows its start screen",
                ),
                (
                    "The system may end an app in the background at any time. State that matters is "
                    "saved as it changes, not when the app closes."
                ),
            ),
        ),
    ),
}
