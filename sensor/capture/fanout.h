/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_FANOUT_H
#define CAPTURE_FANOUT_H
/*
 * How the kernel shares the packets of an interface out to several sockets (PACKET_FANOUT).
 *
 * By pair of hosts, so that both directions of a flow, its fragments, and all that two hosts have
 * to say to each other come to one socket, in order. VLAN tags, MPLS labels and PPPoE are passed
 * over. What is not IP, and whatever the decoder opens (GRE, IP in IP, VXLAN, GENEVE, GTP-U), comes
 * to the first socket: the flows inside keep together whatever way they take outside. Of an overlay
 * datagram in fragments the later ones, which have no ports, go by their pair.
 *
 * A socket in a fanout group can never be bound again, and loses its interface when that is
 * deleted (packet_do_bind and packet_notifier of the kernel's af_packet.c). So sockets of a group
 * are bound to all interfaces, and their filters pass the packets of one (filter_restrict).
 */
#include "capture/filter.h"

/* The program that tells a packet's share: a number to be taken modulo the number of sockets. */
void fanout_make(const struct filter_layout *layout, struct filter_program *ret_program);

/* Makes a group of the socket, which gets everything while it is alone. Returns 0 and the number of
 * the group, which no other one of this network namespace has; or -errno. */
int fanout_begin(int descriptor, uint16_t *ret_group);

/* Adds a socket to the group. Returns 0 or -errno. */
int fanout_join(int descriptor, uint16_t group);

#endif
