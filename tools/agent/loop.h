/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* agent_loop: the agent itself: one thread that owns the connections and
 * takes every step on a store; hashes are for the pool. */
#ifndef AGENT_LOOP_H
#define AGENT_LOOP_H

/*
 * Serve until SIGTERM or SIGINT, then answer what is under way; SIGHUP reads
 * the configuration again. The signals must be blocked. config: NULL for the
 * default one. listener: a listening stream socket.
 * Returns an exit code of sysexits.h.
 */
int agent_loop(const char *config, int listener);

#endif
