"""How the fields behind the screen work, in English."""

from __future__ import annotations

from typing import Final

from modules.simulations.domain import Field
from modules.simulations.offline.kinds import Build, Craft, Question, Step

SYSTEMS: Final[dict[Field, Craft]] = {
    "backend": Craft(
        label="backend",
        artefact="service",
        openings=(
            Step(
                "Contract and model before code",
                (
                    "Name the things {users} talk about, decide which of them are facts and which are "
                    "computed, and write the contract down: paths, fields, errors, examples. A front-end "
                    "developer should be able to begin on the day you finish it."
                ),
                (
                    "OpenAPI description with an example per answer",
                    "Entity diagram with keys and constraints",
                    "Skeleton that starts, migrates and reports its health",
                ),
            ),
            Step(
                "Start from the awkward question",
                (
                    "List ten things {users} will ask the system and answer each on paper with two "
                    "example rows. Where the paper cannot answer, the model is wrong; repair it while "
                    "it costs nothing."
                ),
                (
                    "Ten questions with the rows that answer them",
                    "First schema as a reviewed migration",
                    "Error catalogue agreed with whoever calls you",
                ),
            ),
        ),
        builds=(
            Build(
                (
                    "Keep the rule in a pure function, the query in one place, and the handler so thin "
                    "that there is nothing left in it to test."
                ),
                (
                    "Endpoint with tests against a real database",
                    "Migration forward and back, tried on sample rows",
                ),
            ),
            Build(
                (
                    "Refuse bad input with a problem document that names the field; let the database "
                    "enforce whatever must never be broken."
                ),
                (
                    "Table of refusals: input, status, message",
                    "Constraints proven by tests that try to violate them",
                ),
            ),
            Build(
                (
                    "Expect retries, races and half-finished calls to others; give each write an "
                    "idempotency key and every remote call a deadline."
                ),
                (
                    "Concurrency test that fails without the lock",
                    "Timeouts and retries written down per dependency",
                ),
            ),
        ),
        hardening=Step(
            "Under load, under attack",
            (
                "Fill the tables with a year of records, find the slowest three queries and read their "
                "plans. Then turn attacker: other people's ids, oversized bodies, expired tokens."
            ),
            (
                "Load test with throughput and p99",
                "Query plans before and after the index",
                "List of attacks tried, with outcomes",
            ),
        ),
        closings=(
            Step(
                "Running without you",
                (
                    "Package it, ship it from CI, and let a colleague who has seen nothing of it deploy, "
                    "break and repair it from your runbook alone."
                ),
                (
                    "Container image built by CI",
                    "Runbook with three rehearsed failures",
                    "Dashboard and one alarm that means something",
                ),
            ),
            Step(
                "Handover with the lights on",
                (
                    "Switch it on for a small share of traffic, compare against expectations for a "
                    "day, then widen. Document only decisions somebody might want to undo."
                ),
                (
                    "Staged rollout with comparison figures",
                    "Decision records with rejected options",
                    "On-call page: symptoms, causes, first aid",
                ),
            ),
        ),
        qualities=(
            "Every error answer has a stable type, a status and a sentence for humans.",
            "No secret is in the repository, in a log line or in an error message.",
            "The 99th percentile of reads stays under 200 ms with a year of data.",
            "A deployment loses no request that was in flight.",
            "Each write can be repeated by a nervous client without a second effect.",
            "The service degrades by stated rules when a dependency is down, and recovers by itself.",
        ),
        objectives=(
            "Design a contract that others can build on before the code exists",
            "Let the database guarantee what must never be wrong",
        ),
        questions=(
            Question(
                "Where is 'no two active records with one number' in {thing} best enforced?",
                "By a unique constraint in the database",
                (
                    "By a check in the handler before inserting",
                    "By the form in the browser",
                    "By a nightly job that deletes doubles",
                ),
                (
                    "Between a check and an insert there is always room for a second request. A "
                    "constraint has no such gap."
                ),
            ),
            Question(
                "A client sends a body with a field you do not know. What helps both sides most?",
                "A 400 that names the unknown field",
                (
                    "Ignoring it silently",
                    "A 500, so that somebody notices",
                    "Storing it, it may be useful one day",
                ),
                (
                    "A misspelled optional field that is ignored looks like success. An early, precise "
                    "refusal saves the client an afternoon."
                ),
            ),
        ),
    ),
    "data": Craft(
        label="data",
        artefact="data product",
        openings=(
            Step(
                "Know the source before you trust it",
                (
                    "Profile a month of raw records: ranges, gaps, doubles, units, and who typed them. "
                    "Then write with {users} the two questions that have to be answerable, and a "
                    "definition for every word in them."
                ),
                (
                    "Profile of each source with its oddities",
                    "Two questions with agreed definitions",
                    "Data dictionary of one page",
                ),
            ),
            Step(
                "A decision first, a dataset second",
                (
                    "Ask {users} which choice they would make differently if they knew more, and what "
                    "they do today without knowing. Draft the final table with invented values and "
                    "have it signed off before touching a source."
                ),
                (
                    "Decision statement with today's workaround",
                    "Mock-up of the result with invented values",
                    "Access list: sources, owners, refresh times",
                ),
            ),
        ),
        builds=(
            Build(
                ("Model it as plain steps from raw to clean to answer, each a query that can be rerun and read aloud."),
                (
                    "Transformation steps under version control",
                    "Checks for uniqueness, ranges and missing values",
                ),
            ),
            Build(
                (
                    "Let doubtful rows be quarantined with reasons, and report how many, so that "
                    "nobody mistakes silence for quality."
                ),
                (
                    "Quarantine table with reasons and counts",
                    "Freshness and completeness shown beside results",
                ),
            ),
            Build(
                (
                    "History changes: late arrivals and corrections must land in their own day without "
                    "rebuilding everything."
                ),
                ("Backfill of one week, timed", "Test with late and corrected records"),
            ),
        ),
        hardening=Step(
            "Would you bet on this number",
            (
                "Recompute three key figures independently, explain each difference, and measure what "
                "happens with ten times the volume. State the uncertainty where decisions depend on "
                "it."
            ),
            (
                "Reconciliation sheet with explained differences",
                "Runtime at one and ten times the volume",
                "Limits of the method in plain words",
            ),
        ),
        closings=(
            Step(
                "The answer, on one page",
                (
                    "Present findings to somebody who decides: one chart per claim, the recommendation "
                    "first, the caveats in the same size of type. Schedule the thing and name an owner."
                ),
                (
                    "One-page memo with a recommendation",
                    "Scheduled run with an alarm on failure",
                    "Recorded walk through lineage and ownership",
                ),
            ),
            Step(
                "Somebody else's Monday",
                (
                    "Teach a non-specialist to read, question and rerun the result. Wherever they "
                    "hesitate, rename, annotate or drop a column. Archive one run as the yardstick for "
                    "successors."
                ),
                (
                    "Teaching session with a list of hesitations",
                    "Archived reference run with checksums",
                    "Calendar of reviews for assumptions",
                ),
            ),
        ),
        qualities=(
            "Every table has a key, an owner and a sentence that says what a row is.",
            "Personal data is removed or masked before anything leaves the raw layer.",
            "The daily run finishes within 30 minutes and can be repeated safely.",
            "A missing or late source is reported within an hour, with its name.",
            "Each published figure can be traced to its source rows.",
            "Tests stop a bad load before people see it, and the last good state stays visible.",
        ),
        objectives=(
            "Question a source before building on it",
            "Make every figure traceable and every run repeatable",
        ),
        questions=(
            Question(
                "A column of {thing} is empty in 8 % of the rows. What is the first step?",
                "Find out why it is empty and whether those rows are special",
                ("Fill it with the average", "Delete those rows", "Replace it by zero"),
                (
                    "Gaps are rarely random. Filling or deleting before understanding can bend every "
                    "figure that follows."
                ),
            ),
            Question(
                "Which chart compares five categories most honestly?",
                "Bars from zero, sorted by size",
                (
                    "A three-dimensional pie",
                    "A line through the categories",
                    "Bars from the smallest value up",
                ),
                (
                    "Lengths from a common zero are what people read best. Perspective and cut axes "
                    "exaggerate, a line suggests an order that is not there."
                ),
            ),
        ),
    ),
}
