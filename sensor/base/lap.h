/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_LAP_H
#define BASE_LAP_H
/*
 * How long the pieces of a thread's work take. A thread goes round after round; every LAP_EVERY-th
 * round is measured with the processor's time stamp counter and counts for all of them, so that
 * measuring is always on and costs less than one cycle in a hundred. Pieces are numbers that the
 * caller gives a meaning. It is an instrument: nothing may be decided by what it shows.
 *
 * One thread marks, any thread may read.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#define LAP_PIECES_MAX 12
#define LAP_EVERY 61 /* prime: no beat with what comes in twos or tens */

/* A piece longer than this, about a millisecond, was interrupted: it stands for itself alone. */
#define LAP_LONG_TICKS (UINT64_C(1) << 21)

/* Zeroed at first. */
struct lap {
	uint64_t at;     /* the counter at the last mark */
	uint32_t left;   /* rounds until the next measured one */
	uint32_t weight; /* rounds that this one stands for; 0: it is not measured */
	_Atomic uint64_t ticks[LAP_PIECES_MAX];
};

/* A moment by both clocks, from which the counter's rate is told later. */
struct lap_start {
	uint64_t ticks, ns;
};

/* The time stamp counter: at a constant rate since the machine was started. */
static inline uint64_t lap_now(void)
{
#if defined(__x86_64__)
	return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
	uint64_t ticks;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
	return ticks;
#else
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
#endif
}

/* Begins a round, which is measured if its turn has come. */
static inline void lap_begin(struct lap *lap)
{
	lap->weight = 0;
	if (lap->left-- > 0)
		return;
	lap->left = LAP_EVERY - 1;
	lap->weight = LAP_EVERY;
	lap->at = lap_now();
}

/* Begins a round that is measured in any case, and stands for itself: rare and long work. */
static inline void lap_begin_rare(struct lap *lap)
{
	lap->weight = 1;
	lap->at = lap_now();
}

static inline uint64_t lap_ticks(const struct lap *lap, unsigned piece)
{
	return atomic_load_explicit(&lap->ticks[piece], memory_order_relaxed);
}

/* One thread writes: no need for an addition in one step. */
static inline void lap_add(struct lap *lap, unsigned piece, uint64_t ticks)
{
	atomic_store_explicit(
		&lap->ticks[piece], lap_ticks(lap, piece) + ticks, memory_order_relaxed);
}

/* What was done since the last mark, or since the begin of the round, was `piece`. */
static inline void lap_mark(struct lap *lap, unsigned piece)
{
	uint64_t now, ticks;

	if (lap->weight == 0)
		return;
	now = lap_now();
	ticks = now - lap->at;
	lap_add(lap, piece, ticks < LAP_LONG_TICKS ? ticks * lap->weight : ticks);
	lap->at = now;
}

/* What was done since `since` (of lap_now) counts elsewhere, and not for the round under way.
 * Returns its ticks. */
static inline uint64_t lap_leave_out(struct lap *lap, uint64_t since)
{
	uint64_t ticks = lap_now() - since;

	lap->at += ticks;
	return ticks;
}

/* The wait since `since` (of lap_now) was `piece`; it does not count for the round under way. */
static inline void lap_add_wait(struct lap *lap, unsigned piece, uint64_t since)
{
	lap_add(lap, piece, lap_leave_out(lap, since));
}

struct lap_start lap_start(void);

/* Seconds for each tick of the counter, as measured since `start`. */
double lap_tick_seconds(const struct lap_start *start);

#endif
