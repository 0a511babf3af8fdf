"""Simulations: the internship itself. A model writes a project with milestones and personas; the intern works on it.

Owns the schema `simulations`: simulations, personas, facts, tasks and resources (the catalogue), progress, reviews,
interviews, analyses.

A simulation is written by a job, not by the request that asks for it: the request reserves the credits and enqueues,
both in one transaction; the job spends them in the transaction that makes the simulation ready. Writing it inside the
request was rejected: a client that leaves, or a worker that dies, would lose the work or the credits.

What a persona may tell is selected by the query behind its prompt, by persona and milestone reached: a prompt that says
"do not tell" can be talked out of it, and what a model never got it cannot tell. A review's score follows from the
verdicts on the criteria, never from a number that a model says, so that the same work is graded alike.
"""
