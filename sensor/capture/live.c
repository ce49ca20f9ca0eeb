/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/live.h"

#include "capture/backend.h"
#include "capture/drops.h"
#include "capture/port.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define SECOND_US INT64_C(1000000)
#define LAGS 3            /* a block may lie in the kernel for so many times PORT_RETIRE_MS */
#define LOOK_US SECOND_US /* between looks at the interfaces while packets come */
#define LOOK_IDLE_US (SECOND_US / 10) /* while none come */

struct live {
	struct capture_listener listener;
	void (*note)(void *argument, const char *interface, const char *message);
	struct port *ports[LIVE_INTERFACES_MAX];
	enum port_state states[LIVE_INTERFACES_MAX];
	struct pollfd polls[LIVE_INTERFACES_MAX];
	size_t count;
	bool is_first; /* of the readers */
	int retire_ms;
	struct port *taken;  /* its packet was handed out last */
	int64_t looked_us;   /* packet or wall time of the last look */
	int64_t blind_at_us; /* monotonic time up to which blind_us counts; 0: all is well */
	uint64_t outages, blind_us;
	uint64_t softnet_last, softnet_drops;
};

static int64_t clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

uint64_t live_memory_bytes(void)
{
	unsigned long long available_kib = 0;
	uint64_t bytes = UINT64_MAX;
	struct rlimit limit;
	char line[128];
	FILE *file = fopen("/proc/meminfo", "re");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %llu kB", &available_kib) == 1)
			bytes = available_kib * 1024;
	if (file)
		fclose(file);
	if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
		limit.rlim_cur < bytes)
		bytes = limit.rlim_cur;
	return bytes;
}

/* libpcap would ask for less and less until the kernel has it, and not say so. */
static int check_memory(
	const struct capture_live_settings *settings, char ret_reason[FILTER_REASON_SIZE])
{
	uint64_t wanted =
		(uint64_t)port_ring_bytes(settings) * settings->readers * settings->interface_count;
	uint64_t there = live_memory_bytes();

	if (wanted < there)
		return 0;
	snprintf(ret_reason, FILTER_REASON_SIZE,
		"the rings of %zu interfaces take %llu MiB, there are %llu MiB of memory",
		settings->interface_count, (unsigned long long)(wanted >> 20),
		(unsigned long long)(there >> 20));
	return -ENOMEM;
}

static int open_ports(struct live *live, const struct capture_live_settings *settings)
{
	const struct capture_listener *listener = &live->listener;

	for (size_t i = 0; i < settings->interface_count; i++) {
		char reason[FILTER_REASON_SIZE] = "";
		int error = port_open(settings->interfaces[i], settings, &live->ports[i], reason);

		if (error < 0) {
			listener->fault(listener->argument, settings->interfaces[i], reason);
			return error;
		}
		live->polls[i] = (struct pollfd){port_descriptor(live->ports[i]), POLLIN, 0};
		live->count++;
		if (live->is_first && port_filter_note(live->ports[i]))
			live->note(listener->argument, settings->interfaces[i],
				port_filter_note(live->ports[i]));
	}
	return 0;
}

static void live_close(void *state)
{
	struct live *live = state;

	for (size_t i = 0; i < live->count; i++)
		port_close(live->ports[i]);
	free(live);
}

int live_open(const struct capture_listener *listener, const struct capture_live_settings *settings,
	bool is_first, struct live **ret_live)
{
	char reason[FILTER_REASON_SIZE] = "";
	struct live *live;
	int error = is_first ? check_memory(settings, reason) : 0;

	if (error < 0 || settings->interface_count > LIVE_INTERFACES_MAX) {
		listener->fault(listener->argument, "capture",
			error < 0 ? reason : "more than 16 interfaces");
		return error < 0 ? error : -EINVAL;
	}
	live = calloc(1, sizeof(*live));
	if (!live)
		return -ENOMEM;
	live->listener = *listener;
	live->note = settings->note;
	live->is_first = is_first;
	live->retire_ms = port_retire_ms(settings);
	error = open_ports(live, settings);
	if (error < 0) {
		live_close(live);
		return error;
	}
	drops_read_softnet(&live->softnet_last);
	*ret_live = live;
	return 0;
}

int live_share(
	struct live *const *lives, uint32_t count, const struct capture_live_settings *settings)
{
	const struct live *first = lives[0];
	char reason[FILTER_REASON_SIZE] = "", message[FILTER_REASON_SIZE + 64];
	int64_t now_us;
	int error = 0;

	for (size_t i = 0; i < first->count; i++) {
		uint16_t group = 0;

		for (uint32_t j = 0; j < count && error == 0; j++)
			error = port_share(lives[j]->ports[i], settings, j == 0, &group, reason);
		if (error == -EOPNOTSUPP) {
			snprintf(message, sizeof(message),
				"packets cannot be shared out (%s): one reader goes on", reason);
			first->note(first->listener.argument, settings->interfaces[i], message);
		} else if (error < 0) {
			first->listener.fault(
				first->listener.argument, settings->interfaces[i], reason);
		}
		if (error < 0)
			return error;
	}
	now_us = clock_us(CLOCK_REALTIME);
	for (uint32_t j = 0; j < count; j++)
		for (size_t i = 0; i < first->count; i++)
			port_begin_at(lives[j]->ports[i], now_us);
	return 0;
}

int live_check_filter(struct live *live, const struct capture_live_settings *settings)
{
	const struct capture_listener *listener = &live->listener;
	char reason[FILTER_REASON_SIZE] = "";
	int error = 0;

	for (size_t i = 0; i < live->count && error == 0; i++) {
		error = port_check_filter(live->ports[i], settings, reason);
		if (error < 0)
			listener->fault(listener->argument, port_name(live->ports[i]), reason);
	}
	return error;
}

int live_set_filter(struct live *live, const struct capture_live_settings *settings)
{
	const struct capture_listener *listener = &live->listener;
	char reason[FILTER_REASON_SIZE] = "";
	int error = 0;

	for (size_t i = 0; i < live->count && error == 0; i++) {
		struct port *port = live->ports[i];

		error = port_set_filter(port, settings, reason);
		if (error < 0)
			listener->fault(listener->argument, port_name(port), reason);
		else if (live->is_first && port_filter_note(port))
			live->note(listener->argument, port_name(port), port_filter_note(port));
	}
	return error;
}

static void tell_state(struct live *live, size_t number, enum port_state state)
{
	static const char *const words[] = {
		[PORT_UP] = "is back",
		[PORT_DOWN] = "is down: waiting for it",
		[PORT_GONE] = "has gone: waiting for it to come back",
		[PORT_OTHER] = "is now an interface of another kind: waiting for the former one",
	};

	if (live->states[number] == PORT_UP)
		live->outages++;
	live->states[number] = state;
	if (live->is_first)
		live->note(live->listener.argument, port_name(live->ports[number]), words[state]);
}

/* Looks how the interfaces are; time in which one of them is not up is blind. */
static void look(struct live *live)
{
	int64_t now_us = clock_us(CLOCK_MONOTONIC);
	bool is_blind = false;

	for (size_t i = 0; i < live->count; i++) {
		enum port_state state = port_look(live->ports[i]);

		if (state != live->states[i])
			tell_state(live, i, state);
		is_blind = is_blind || state != PORT_UP;
	}
	if (live->blind_at_us)
		live->blind_us += (uint64_t)(now_us - live->blind_at_us);
	live->blind_at_us = is_blind ? now_us : 0;
}

/* The clock may have been set back since the last look: any distance will do. */
static void look_in_time(struct live *live, int64_t time_us, int64_t apart_us)
{
	if (llabs(time_us - live->looked_us) < apart_us)
		return;
	look(live);
	live->looked_us = time_us;
}

/* The port whose next packet is the oldest, or NULL when there is none at all. */
static struct port *find_oldest(struct live *live)
{
	struct port *oldest = NULL;
	int64_t oldest_us = INT64_MAX;

	for (size_t i = 0; i < live->count; i++) {
		const struct frame *frame = port_peek(live->ports[i]);

		if (frame && frame->time_us < oldest_us) {
			oldest = live->ports[i];
			oldest_us = frame->time_us;
		}
	}
	return oldest;
}

static struct port *wait_for_packet(struct live *live)
{
	struct port *oldest = find_oldest(live);

	if (oldest)
		return oldest;
	return poll(live->polls, live->count, live->retire_ms) > 0 ? find_oldest(live) : NULL;
}

static enum capture_next live_next(void *state, struct frame *ret_frame)
{
	struct live *live = state;
	struct port *oldest;

	if (live->taken)
		port_take(live->taken);
	live->taken = oldest = wait_for_packet(live);
	if (!oldest) {
		*ret_frame = (struct frame){.time_us = clock_us(CLOCK_REALTIME) -
						       LAGS * live->retire_ms * SECOND_US / 1000};
		look_in_time(live, ret_frame->time_us, LOOK_IDLE_US);
		return CAPTURE_IDLE;
	}
	*ret_frame = *port_peek(oldest);
	look_in_time(live, ret_frame->time_us, LOOK_US);
	return CAPTURE_FRAME;
}

static void live_stats(const void *state, struct capture_stats *stats)
{
	/* Counters are followed where they are asked for; the frames stay as they are. */
	struct live *live = (struct live *)state;
	uint64_t softnet;

	for (size_t i = 0; i < live->count; i++) {
		struct port_stats port;

		port_stats(live->ports[i], &port);
		stats->kernel_drops += port.kernel_drops;
		stats->waiting += port.waiting;
		if (!live->is_first)
			continue;
		stats->interface_drops += port.interface_drops;
		stats->down += live->states[i] != PORT_UP;
	}
	if (!live->is_first)
		return;
	if (drops_read_softnet(&softnet) == 0)
		drops_follow(softnet, &live->softnet_last, &live->softnet_drops);
	stats->softnet_drops = live->softnet_drops;
	stats->outages = live->outages;
	stats->blind_us = live->blind_us;
}

const struct backend backend_live = {live_next, live_stats, live_close};
