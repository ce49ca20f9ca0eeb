/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/sieve.h"

#include "capture/capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int say(char ret_reason[FILTER_REASON_SIZE], int error, const char *text)
{
	snprintf(ret_reason, FILTER_REASON_SIZE, "%s", text);
	return error;
}

/* In these libpcap makes the link header itself, so that an expression must be left to it. */
static bool is_cooked(const struct sieve *sieve)
{
	int link_type = pcap_datalink(sieve->pcap);

	return link_type == DLT_LINUX_SLL || link_type == DLT_LINUX_SLL2;
}

static int attach(const struct sieve *sieve, const struct filter_program *program)
{
	struct sock_fprog kernel = {program->count, (struct sock_filter *)program->code};

	return setsockopt(
		       sieve->descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &kernel, sizeof(kernel)) < 0
		       ? -errno
		       : 0;
}

/* The operator's expression alone, by libpcap, which falls back to filtering by itself. */
static int set_expression(
	struct sieve *sieve, const char *expression, char ret_reason[FILTER_REASON_SIZE])
{
	struct bpf_program compiled;
	int result;

	if (pcap_compile(sieve->pcap, &compiled, expression, 1, PCAP_NETMASK_UNKNOWN) != 0)
		return say(ret_reason, -EINVAL, pcap_geterr(sieve->pcap));
	result = pcap_setfilter(sieve->pcap, &compiled);
	pcap_freecode(&compiled);
	sieve->is_filtering = true;
	return result == 0 ? 0 : say(ret_reason, -EINVAL, pcap_geterr(sieve->pcap));
}

/* Everything passes, whatever was set before. */
static void clear_filter(struct sieve *sieve)
{
	struct bpf_program everything;
	int none = 0;

	if (sieve->is_filtering && pcap_compile(sieve->pcap, &everything, "", 1, 0) == 0) {
		pcap_setfilter(sieve->pcap, &everything);
		pcap_freecode(&everything);
	}
	sieve->is_filtering = false;
	setsockopt(sieve->descriptor, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof(none));
}

static void note_result(struct sieve *sieve, const struct filter_program *whole, int error)
{
	if (error == 0 && whole->is_widened)
		snprintf(sieve->note, sizeof(sieve->note),
			"the watched prefixes are too many or too long for the kernel filter: it "
			"passes wider ranges, the exact look-up is done in user space");
	if (error < 0)
		snprintf(sieve->note, sizeof(sieve->note),
			"no kernel filter for the watched prefixes (%s): they are looked up in "
			"user space",
			strerror(-error));
}

static int set_freely(struct sieve *sieve, const struct capture_live_settings *settings,
	const struct filter_program *user, struct filter_program *whole,
	char ret_reason[FILTER_REASON_SIZE])
{
	int error;

	if (sieve->is_filtering || settings->prefix_count == 0)
		clear_filter(sieve);
	if (settings->prefix_count == 0)
		return user ? set_expression(sieve, settings->filter, ret_reason) : 0;
	if (user && is_cooked(sieve))
		error = -EOPNOTSUPP;
	else
		error = filter_make(settings->prefixes, settings->prefix_count, settings->sample,
			&filter_layout_kernel, settings->snaplen, user, whole);
	if (error == 0)
		error = attach(sieve, whole);
	note_result(sieve, whole, error);
	if (error == 0)
		return 0;
	clear_filter(sieve);
	return user ? set_expression(sieve, settings->filter, ret_reason) : 0;
}

/* There is always a program here: without one packets of all interfaces would pass. */
static int set_restricted(struct sieve *sieve, const struct capture_live_settings *settings,
	const struct filter_program *user, struct filter_program *whole,
	char ret_reason[FILTER_REASON_SIZE])
{
	int error = 0;

	if (settings->prefix_count > 0) {
		error = filter_make(settings->prefixes, settings->prefix_count, settings->sample,
			&filter_layout_kernel, settings->snaplen, user, whole);
		if (error == 0)
			error = filter_restrict(whole, sieve->index);
		if (error == 0)
			error = attach(sieve, whole);
		note_result(sieve, whole, error);
	}
	if (settings->prefix_count == 0 || error < 0) {
		if (user)
			*whole = *user;
		else
			filter_pass_all(settings->snaplen, whole);
		error = filter_restrict(whole, sieve->index);
		if (error == 0)
			error = attach(sieve, whole);
	}
	if (error < 0)
		return say(ret_reason, -EINVAL, strerror(-error));
	*sieve->restricted = *whole;
	return 0;
}

int sieve_check(const struct sieve *sieve, const struct capture_live_settings *settings,
	char ret_reason[FILTER_REASON_SIZE])
{
	struct filter_program *program = calloc(1, sizeof(*program));
	int error = 0;

	if (!program)
		return say(ret_reason, -ENOMEM, strerror(ENOMEM));
	if (settings->filter)
		error = filter_compile(sieve->pcap, settings->filter, program, ret_reason);
	free(program);
	return error < 0 ? -EINVAL : 0;
}

int sieve_set(struct sieve *sieve, const struct capture_live_settings *settings,
	char ret_reason[FILTER_REASON_SIZE])
{
	struct filter_program *programs = calloc(2, sizeof(*programs));
	struct filter_program *user = settings->filter ? programs : NULL;
	int error = 0;

	if (!programs)
		return say(ret_reason, -ENOMEM, strerror(ENOMEM));
	sieve->note[0] = '\0';
	if (user && filter_compile(sieve->pcap, settings->filter, user, ret_reason) < 0)
		error = -EINVAL;
	else if (sieve->restricted)
		error = set_restricted(sieve, settings, user, programs + 1, ret_reason);
	else
		error = set_freely(sieve, settings, user, programs + 1, ret_reason);
	free(programs);
	return error;
}

int sieve_restrict(struct sieve *sieve, const struct capture_live_settings *settings,
	uint32_t index, char ret_reason[FILTER_REASON_SIZE])
{
	if (is_cooked(sieve))
		return say(ret_reason, -EOPNOTSUPP, "this kind of interface has no link header");
	clear_filter(sieve);
	sieve->restricted = calloc(1, sizeof(*sieve->restricted));
	if (!sieve->restricted)
		return say(ret_reason, -ENOMEM, strerror(ENOMEM));
	sieve->index = index;
	return sieve_set(sieve, settings, ret_reason);
}

int sieve_move(struct sieve *sieve, uint32_t index)
{
	sieve->index = index;
	filter_move(sieve->restricted, index);
	return attach(sieve, sieve->restricted);
}

void sieve_done(struct sieve *sieve)
{
	free(sieve->restricted);
	sieve->restricted = NULL;
}
