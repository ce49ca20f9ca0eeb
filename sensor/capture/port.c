/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/port.h"

#include "capture/drops.h"

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

struct port {
	char name[IFNAMSIZ];
	pcap_t *pcap;
	int descriptor;
	int index;    /* the interface bound to; -1 none; 0 the pseudo-interface "any" */
	int hardware; /* ARPHRD_ value: the link type stands for the whole run */
	bool is_promiscuous;
	struct frame head;
	bool has_head;
	bool is_filtering;        /* libpcap drops packets by itself: what waits is not known */
	uint32_t taken;           /* packets out of the ring, wraps as libpcap's counters do */
	uint32_t last_ring_drops; /* of libpcap, wraps */
	uint64_t last_interface_drops;
	struct port_stats stats;
	char filter_note[FILTER_REASON_SIZE];
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
	pcap_set_timeout(port->pcap, PORT_RETIRE_MS);
	pcap_set_buffer_size(port->pcap, (int)settings->ring_bytes);
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
	return 0;
}

/* In these libpcap makes the link header itself, so that an expression must be left to it. */
static bool is_cooked(const struct port *port)
{
	int link_type = pcap_datalink(port->pcap);

	return link_type == DLT_LINUX_SLL || link_type == DLT_LINUX_SLL2;
}

static int attach(const struct port *port, const struct filter_program *program)
{
	struct sock_fprog kernel = {program->count, (struct sock_filter *)program->code};

	return setsockopt(port->descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &kernel, sizeof(kernel)) <
			       0
		       ? -errno
		       : 0;
}

/* The operator's expression alone, by libpcap, which falls back to filtering by itself. */
static int set_expression(
	struct port *port, const char *expression, char ret_reason[FILTER_REASON_SIZE])
{
	struct bpf_program compiled;
	int result;

	if (pcap_compile(port->pcap, &compiled, expression, 1, PCAP_NETMASK_UNKNOWN) != 0)
		return say(ret_reason, -EINVAL, pcap_geterr(port->pcap));
	result = pcap_setfilter(port->pcap, &compiled);
	pcap_freecode(&compiled);
	port->is_filtering = true;
	return result == 0 ? 0 : say(ret_reason, -EINVAL, pcap_geterr(port->pcap));
}

/* Everything passes, whatever was set before. */
static void clear_filter(struct port *port)
{
	struct bpf_program everything;
	int none = 0;

	if (port->is_filtering && pcap_compile(port->pcap, &everything, "", 1, 0) == 0) {
		pcap_setfilter(port->pcap, &everything);
		pcap_freecode(&everything);
	}
	port->is_filtering = false;
	setsockopt(port->descriptor, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof(none));
}

/* `programs`: room for two. */
static int set_filter(struct port *port, const struct capture_live_settings *settings,
	struct filter_program *programs, char ret_reason[FILTER_REASON_SIZE])
{
	struct filter_program *user = settings->filter ? &programs[0] : NULL;
	struct filter_program *whole = &programs[1];
	int error = 0;

	if (user) {
		error = filter_compile(port->pcap, settings->filter, user, ret_reason);
		if (error < 0)
			return -EINVAL;
	}
	if (port->is_filtering || settings->prefix_count == 0)
		clear_filter(port);
	if (settings->prefix_count == 0)
		return user ? set_expression(port, settings->filter, ret_reason) : 0;
	if (user && is_cooked(port))
		error = -EOPNOTSUPP;
	else
		error = filter_make(settings->prefixes, settings->prefix_count, settings->sample,
			&filter_layout_kernel, settings->snaplen, user, whole);
	if (error == 0)
		error = attach(port, whole);
	if (error == 0 && whole->is_widened)
		snprintf(port->filter_note, sizeof(port->filter_note),
			"the watched prefixes are too many or too long for the kernel filter: it "
			"passes wider ranges, the exact look-up is done in user space");
	if (error == 0)
		return 0;
	snprintf(port->filter_note, sizeof(port->filter_note),
		"no kernel filter for the watched prefixes (%s): they are looked up in user space",
		strerror(-error));
	clear_filter(port);
	return user ? set_expression(port, settings->filter, ret_reason) : 0;
}

int port_check_filter(const struct port *port, const struct capture_live_settings *settings,
	char ret_reason[FILTER_REASON_SIZE])
{
	struct filter_program *program = calloc(1, sizeof(*program));
	int error = 0;

	if (!program)
		return say(ret_reason, -ENOMEM, strerror(ENOMEM));
	if (settings->filter)
		error = filter_compile(port->pcap, settings->filter, program, ret_reason);
	free(program);
	return error < 0 ? -EINVAL : 0;
}

int port_set_filter(struct port *port, const struct capture_live_settings *settings,
	char ret_reason[FILTER_REASON_SIZE])
{
	struct filter_program *programs = calloc(2, sizeof(*programs));
	int error;

	if (!programs)
		return say(ret_reason, -ENOMEM, strerror(ENOMEM));
	port->filter_note[0] = '\0';
	error = set_filter(port, settings, programs, ret_reason);
	free(programs);
	return error;
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
	return port_set_filter(port, settings, ret_reason);
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
	return port->filter_note[0] ? port->filter_note : NULL;
}

const struct frame *port_peek(struct port *port)
{
	struct pcap_pkthdr *header;
	const u_char *data;

	if (port->has_head)
		return &port->head;
	/* An error means that the interface is down or gone, of which port_look learns more. */
	if (pcap_next_ex(port->pcap, &header, &data) != 1)
		return NULL;
	port->head = (struct frame){
		.data = data,
		.captured_bytes = header->caplen,
		.wire_bytes = header->len > header->caplen ? header->len : header->caplen,
		.link_type = pcap_datalink(port->pcap),
		.time_us = (int64_t)header->ts.tv_sec * 1000000 + header->ts.tv_usec,
	};
	port->has_head = true;
	port->taken++;
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

	if (bind(port->descriptor, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
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
		if (!port->is_filtering)
			port->stats.waiting = (uint32_t)(stat.ps_recv - stat.ps_drop - port->taken);
	}
	if (port->index > 0 && drops_read_device(port->name, &drops) == 0)
		drops_follow(drops, &port->last_interface_drops, &port->stats.interface_drops);
	*ret_stats = port->stats;
}
