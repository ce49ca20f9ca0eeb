/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/port.h"

#include "capture/drops.h"
#include "capture/fanout.h"
#include "capture/sieve.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define EARLY_MAX_US INT64_C(5000000)

struct port {
	char name[IFNAMSIZ];
	pcap_t *pcap;
	int descriptor;
	int index;    /* the interface bound to; -1 none; 0 the pseudo-interface "any" */
	int hardware; /* ARPHRD_ value: the link type stands for the whole run */
	bool is_promiscuous;
	struct frame head;
	bool has_head;
	struct sieve sieve;
	int64_t from_us;          /* packets from before do not count; 0 all do */
	uint32_t taken;           /* packets out of the ring, wraps as libpcap's counters do */
	uint32_t last_ring_drops; /* of libpcap, wraps */
	uint64_t last_interface_drops;
	struct port_stats stats;
};

static int say(char ret_reason[FILTER_REASON_SIZE], int error, const char *text)
{
	snprintf(ret_reason, FILTER_REASON_SIZE, "%s", text);
	return error;
}

static int ask(const struct port *port, unsigned long request, struct ifreq *ret_answer)
{
	memset(ret_answer, 0, sizeof(*ret_answer));
	memcpy(ret_answer->ifr_name, port->name, sizeof(port->name));
	return ioctl(port->descriptor, request, ret_answer) < 0 ? -errno : 0;
}

/* What pcap_activate may say, told apart for the exit status. */
static int explain_activation(struct port *port, int result, char ret_reason[FILTER_REASON_SIZE])
{
	static const struct {
		int result, error;
		const char *text;
	} reasons[] = {
		{PCAP_ERROR_NO_SUCH_DEVICE, -ENODEV, "no such interface"},
		{PCAP_ERROR_PERM_DENIED, -EPERM,
			"no permission to capture: CAP_NET_RAW is missing"},
		{PCAP_ERROR_PROMISC_PERM_DENIED, -EPERM,
			"no permission for promiscuous mode: CAP_NET_RAW is missing"},
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].result == result)
			return say(ret_reason, reasons[i].error, reasons[i].text);
	return say(ret_reason, -EIO, pcap_geterr(port->pcap));
}

int port_retire_ms(const struct capture_live_settings *settings)
{
	return settings->readers > 1 ? PORT_RETIRE_SHARED_MS : PORT_RETIRE_MS;
}

uint32_t port_ring_bytes(const struct capture_live_settings *settings)
{
	uint32_t share = settings->ring_bytes / settings->readers;

	return settings->readers == 1 || share > PORT_RING_MIN_BYTES ? share : PORT_RING_MIN_BYTES;
}

static int activate(struct port *port, const struct capture_live_settings *settings,
	char ret_reason[FILTER_REASON_SIZE])
{
	char message[PCAP_ERRBUF_SIZE] = "";
	int result;

	port->pcap = pcap_create(port->name, message);
	if (!port->pcap)
		return say(ret_reason, -ENOMEM, message);
	pcap_set_snaplen(port->pcap, (int)settings->snaplen);
	pcap_set_promisc(port->pcap, settings->is_promiscuous);
	pcap_set_timeout(port->pcap, port_retire_ms(settings));
	pcap_set_buffer_size(port->pcap, (int)port_ring_bytes(settings));
	result = pcap_activate(port->pcap);
	/* Positive: a warning, for instance that "any" cannot be promiscuous. */
	if (result < 0)
		return explain_activation(port, result, ret_reason);
	if (pcap_setnonblock(port->pcap, 1, message) < 0)
		return say(ret_reason, -EIO, message);
	if (!settings->is_link_supported(pcap_datalink(port->pcap))) {
		snprintf(ret_reason, FILTER_REASON_SIZE, "link type %d is not supported",
			pcap_datalink(port->pcap));
		return -EMEDIUMTYPE;
	}
	port->descriptor = pcap_fileno(port->pcap);
	port->sieve.pcap = port->pcap;
	port->sieve.descriptor = port->descriptor;
	return 0;
}

static int prepare(struct port *port, const struct capture_live_settings *settings,
	char ret_reason[FILTER_REASON_SIZE])
{
	struct ifreq answer;
	int error = activate(port, settings, ret_reason);

	if (error < 0)
		return error;
	if (ask(port, SIOCGIFINDEX, &answer) == 0)
		port->index = answer.ifr_ifindex;
	if (ask(port, SIOCGIFHWADDR, &answer) == 0)
		port->hardware = answer.ifr_hwaddr.sa_family;
	drops_read_device(port->name, &port->last_interface_drops);
	return sieve_set(&port->sieve, settings, ret_reason);
}

int port_open(const char *name, const struct capture_live_settings *settings,
	struct port **ret_port, char ret_reason[FILTER_REASON_SIZE])
{
	struct port *port;
	int error;

	if (strlen(name) >= sizeof(port->name))
		return say(ret_reason, -ENODEV, "no such interface");
	port = calloc(1, sizeof(*port));
	if (!port)
		return say(ret_reason, -ENOMEM, strerror(ENOMEM));
	strcpy(port->name, name);
	port->is_promiscuous = settings->is_promiscuous;
	error = prepare(port, settings, ret_reason);
	if (error < 0) {
		port_close(port);
		return error;
	}
	*ret_port = port;
	return 0;
}

void port_close(struct port *port)
{
	if (!port)
		return;
	if (port->pcap)
		pcap_close(port->pcap);
	sieve_done(&port->sieve);
	free(port);
}

const char *port_name(const struct port *port)
{
	return port->name;
}

int port_descriptor(const struct port *port)
{
	return port->descriptor;
}

const char *port_filter_note(const struct port *port)
{
	return port->sieve.note[0] ? port->sieve.note : NULL;
}

int port_check_filter(const struct port *port, const struct capture_live_settings *settings,
	char ret_reason[FILTER_REASON_SIZE])
{
	return sieve_check(&port->sieve, settings, ret_reason);
}

int port_set_filter(struct port *port, const struct capture_live_settings *settings,
	char ret_reason[FILTER_REASON_SIZE])
{
	return sieve_set(&port->sieve, settings, ret_reason);
}

int port_share(struct port *port, const struct capture_live_settings *settings, bool is_first,
	uint16_t *group, char ret_reason[FILTER_REASON_SIZE])
{
	int error;

	if (port->index <= 0)
		return say(ret_reason, -EOPNOTSUPP, "it is no single interface");
	error = sieve_restrict(&port->sieve, settings, (uint32_t)port->index, ret_reason);
	if (error < 0)
		return error;
	error = is_first ? fanout_begin(port->descriptor, group)
			 : fanout_join(port->descriptor, *group);
	return error < 0 ? say(ret_reason, -EOPNOTSUPP, strerror(-error)) : 0;
}

void port_begin_at(struct port *port, int64_t from_us)
{
	port->from_us = from_us;
}

/* The ring holds packets in order, so that the first one that counts ends the question; unless the
 * clock was set back meanwhile. */
static bool is_early(struct port *port, int64_t time_us)
{
	bool is_early = time_us < port->from_us && time_us > port->from_us - EARLY_MAX_US;

	if (!is_early)
		port->from_us = 0;
	return is_early;
}

const struct frame *port_peek(struct port *port)
{
	struct pcap_pkthdr *header;
	const u_char *data;
	int64_t time_us;

	if (port->has_head)
		return &port->head;
	do {
		/* An error means that the interface is down or gone: port_look learns more. */
		if (pcap_next_ex(port->pcap, &header, &data) != 1)
			return NULL;
		port->taken++;
		time_us = (int64_t)header->ts.tv_sec * 1000000 + header->ts.tv_usec;
	} while (port->from_us && is_early(port, time_us));
	port->head = (struct frame){
		.data = data,
		.captured_bytes = header->caplen,
		.wire_bytes = header->len > header->caplen ? header->len : header->caplen,
		.link_type = pcap_datalink(port->pcap),
		.time_us = time_us,
	};
	port->has_head = true;
	return &port->head;
}

void port_take(struct port *port)
{
	port->has_head = false;
}

/* Puts the socket, which the kernel has unbound, on the interface that has the name now. */
static int bind_again(struct port *port, int index)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = index};
	struct packet_mreq membership = {.mr_ifindex = index, .mr_type = PACKET_MR_PROMISC};

	/* One that shares is bound to all interfaces, and cannot be bound again. */
	if (port->sieve.restricted) {
		int error = sieve_move(&port->sieve, (uint32_t)index);

		if (error < 0)
			return error;
	} else if (bind(port->descriptor, (struct sockaddr *)&address, sizeof(address)) < 0) {
		return -errno;
	}
	port->index = index;
	port->last_interface_drops = 0;
	if (port->is_promiscuous && setsockopt(port->descriptor, SOL_PACKET, PACKET_ADD_MEMBERSHIP,
					    &membership, sizeof(membership)) < 0)
		return -errno;
	return 0;
}

enum port_state port_look(struct port *port)
{
	struct ifreq answer;
	int pending;
	socklen_t size = sizeof(pending);

	/* Taking the socket's error away ends what poll(2) would else repeat for ever. */
	getsockopt(port->descriptor, SOL_SOCKET, SO_ERROR, &pending, &size);
	if (port->index == 0)
		return PORT_UP;
	if (ask(port, SIOCGIFINDEX, &answer) < 0) {
		port->index = -1;
		return PORT_GONE;
	}
	if (answer.ifr_ifindex != port->index) {
		int index = answer.ifr_ifindex;

		if (ask(port, SIOCGIFHWADDR, &answer) < 0)
			return PORT_GONE;
		if (answer.ifr_hwaddr.sa_family != port->hardware)
			return PORT_OTHER;
		if (bind_again(port, index) < 0)
			return PORT_GONE;
	}
	if (ask(port, SIOCGIFFLAGS, &answer) < 0)
		return PORT_GONE;
	return answer.ifr_flags & IFF_UP && answer.ifr_flags & IFF_RUNNING ? PORT_UP : PORT_DOWN;
}

void port_stats(struct port *port, struct port_stats *ret_stats)
{
	struct pcap_stat stat;
	uint64_t drops;

	if (pcap_stats(port->pcap, &stat) == 0) {
		port->stats.kernel_drops += stat.ps_drop - port->last_ring_drops;
		port->last_ring_drops = stat.ps_drop;
		/* The kernel counts what it dropped as received, too. */
		if (!port->sieve.is_filtering)
			port->stats.waiting = (uint32_t)(stat.ps_recv - stat.ps_drop - port->taken);
	}
	if (port->index > 0 && drops_read_device(port->name, &drops) == 0)
		drops_follow(drops, &port->last_interface_drops, &port->stats.interface_drops);
	*ret_stats = port->stats;
}
