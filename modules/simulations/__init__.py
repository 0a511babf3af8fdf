"""Simulations: the internship itself. A model writes a project with milestones and personas; the intern works on it.

Owns the schema `simulations`: simulations, personas, tasks and resources (the catalogue), progress.

A simulation is written by a job, not by the request that asks for it: the request reserves the credits and enqueues,
both in one transaction; the job spends them in the transaction that makes the simulation ready. Writing it inside the
request was rejected: a client that leaves, or a worker that dies, would lose the work or the credits.
"""
