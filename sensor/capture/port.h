/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_PORT_H
#define CAPTURE_PORT_H
/*
 * One network interface that is listened on: libpcap on a ring of the kernel's (TPACKET).
 *
 * The interface may go down, vanish, and come again under its name. A packet socket outlives that:
 * the kernel unbinds it, and port_look binds it to the new interface, for which no privilege is
 * needed. So a port is opened once, with CAP_NET_RAW, and never again.
 */
#include "capture/capture.h"
#include "capture/filter.h"

#include <stdbool.h>

/* The kernel hands over a block of the ring at least this often; with several readers, of which
 * those without packets must not let others wait for long, more often. */
#define PORT_RETIRE_MS 100
#define PORT_RETIRE_SHARED_MS 20

#define PORT_RING_MIN_BYTES (2u << 20) /* for several readers: eight of libpcap's blocks */

enum port_state {
	PORT_UP,
	PORT_DOWN, /* administratively, or without carrier */
	PORT_GONE,
	PORT_OTHER, /* a different kind of interface has taken the name */
};

struct port_stats {
	uint64_t kernel_drops;    /* the ring was full */
	uint64_t waiting;         /* in the ring just now; 0 where libpcap filters by itself */
	uint64_t interface_drops; /* see drops.h */
};

struct port;

/* Opens interface `name`. Returns 0; or -ENODEV no such interface, -EPERM CAP_NET_RAW is missing,
 * -EMEDIUMTYPE a link type that settings->is_link_supported refuses, -ENOMEM, -EINVAL bad filter,
 * -EIO, with `ret_reason` filled. */
int port_open(const char *name, const struct capture_live_settings *settings,
	struct port **ret_port, char ret_reason[FILTER_REASON_SIZE]);

void port_close(struct port *port);

int port_retire_ms(const struct capture_live_settings *settings);

/* Of the ring of each reader: its share of settings->ring_bytes, or PORT_RING_MIN_BYTES. */
uint32_t port_ring_bytes(const struct capture_live_settings *settings);

/*
 * Shares the packets of its interface out with other ports, see fanout.h: the first one makes the
 * group, the others join it. Until all have, a packet may come to several of them. Returns 0;
 * -EOPNOTSUPP when the kernel or this kind of interface does not allow it, or as port_set_filter;
 * then the port is to be closed.
 */
int port_share(struct port *port, const struct capture_live_settings *settings, bool is_first,
	uint16_t *group, char ret_reason[FILTER_REASON_SIZE]);

/* Packets from before `from_us` (Unix) do not count. */
void port_begin_at(struct port *port, int64_t from_us);

const char *port_name(const struct port *port);

/* Whether the operator's expression can be translated for this port. Returns 0, -EINVAL or -ENOMEM
 * with `ret_reason` filled. */
int port_check_filter(const struct port *port, const struct capture_live_settings *settings,
	char ret_reason[FILTER_REASON_SIZE]);

/* Filters by settings->filter, ->prefixes and ->snaplen from now on, in place of what was set
 * before. Returns as port_check_filter does. */
int port_set_filter(struct port *port, const struct capture_live_settings *settings,
	char ret_reason[FILTER_REASON_SIZE]);

/* To poll(2) for POLLIN. */
int port_descriptor(const struct port *port);

/* The oldest packet that has not been taken, without waiting; its data is valid until the call
 * after port_take. NULL: none is there. */
const struct frame *port_peek(struct port *port);

/* Gives the packet last peeked up. */
void port_take(struct port *port);

/* Asks how the interface is, and binds to it anew when it has come back. */
enum port_state port_look(struct port *port);

/* What was lost since port_open; asks the kernel. */
void port_stats(struct port *port, struct port_stats *ret_stats);

/* A sentence about how the kernel filters for this port, or NULL when it does as it was told. */
const char *port_filter_note(const struct port *port);

#endif
