/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_VISITS_H
#define HTTP_VISITS_H
/*
 * Connections, by the step that each took last: it came, its request was whole, or it took a block
 * of its answer. One that takes no step for a while is shown out, however many bytes it moves
 * meanwhile; when there are too many, the one whose last step is the longest ago makes room. Those
 * that wait for the server (a worker, something new) are left alone. So a client that sends a byte
 * a minute costs others nothing, and a client that is quick finds its place in any crowd. There is
 * no limit per address: behind a proxy, or on loopback, all come from the same.
 *
 * For one thread; the counts can be read from any.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct visit {
	struct visits *visits;
	struct visit *previous, *next;
	int fd;
	int64_t step_ms;
	bool is_listed; /* it is its turn: the server waits for it */
	bool is_over;   /* it was shown out */
};

struct visits {
	size_t max;
	int64_t patience_ms;
	struct visit *first, *last; /* by last step, the longest ago first */
	atomic_size_t count;
	atomic_uint_least64_t late, crowded_out;
};

/* Beyond `max` connections one makes room; `patience_ms` is what each has for a step. */
void visits_init(struct visits *visits, size_t max, int64_t patience_ms);

/* A connection came, over the socket `fd`, at `now_ms` of any steady clock. Shows out who is late,
 * and one more when there are too many. NULL: no memory. */
struct visit *visits_begin(struct visits *visits, int fd, int64_t now_ms);

/* It took a step, and it is its turn to take another. Shows out who is late. */
void visits_step(struct visit *visit, int64_t now_ms);

/* It waits for the server, until the next visits_step(). */
void visits_wait(struct visit *visit);

/* The connection ended; its socket must still be open. Frees the visit; accepts NULL. */
void visits_end(struct visit *visit);

#endif
