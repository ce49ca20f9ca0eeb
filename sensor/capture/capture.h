/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H
/*
 * Where frames come from. One type for files and interfaces: open, next, stats, close.
 * This folder is the only one that knows libpcap.
 */
#include "capture/frame.h"

#include <stdbool.h>
#include <stddef.h>

/* Told of every fault; `place` names file, packet number and byte offset as far as they are known,
 * for example "x.pcap: packet 17, byte offset 4711". Called from capture_next and capture_open. */
struct capture_listener {
	void (*fault)(void *argument, const char *place, const char *message);
	void *argument;
};

enum capture_next {
	CAPTURE_FRAME, /* ret_frame is filled */
	CAPTURE_IDLE, /* live only: nothing came until ret_frame->time_us, and nothing older will */
	CAPTURE_END,  /* no more frames */
};

#define CAPTURE_READERS_MAX 64

struct capture_stats {
	uint64_t frames;            /* handed out */
	uint64_t bytes;             /* wire bytes of those */
	uint64_t faults;            /* damaged, missing or unreadable captures */
	uint64_t files, files_done; /* captures found, captures read to their end */
	uint64_t files_late;        /* opened late, too many others being open: out of order */
	uint64_t input_bytes;       /* sizes of the files, for a progress bar; 0 unknown */
	uint64_t input_bytes_done;  /* of those, read */
	uint64_t snapped;           /* frames handed out that were cut to the snapshot length */
	/* live only: */
	uint64_t kernel_drops;    /* the ring between kernel and sensor was full */
	uint64_t waiting;         /* in that ring just now; lost if the capture is closed */
	uint64_t interface_drops; /* the card and its driver had no room */
	uint64_t softnet_drops; /* a processor's backlog was full; of all interfaces of the host */
	uint64_t down;          /* interfaces that are down or away just now */
	uint64_t outages;       /* times that an interface went down or away */
	uint64_t blind_us;      /* time in which at least one interface was down or away */
	uint32_t readers;
	uint64_t frames_of[CAPTURE_READERS_MAX]; /* each reader's part of `frames` */
};

/* What capture_open_live is told. */
struct filter_prefix;
struct filter_sample;
struct capture_live_settings {
	char *const *interfaces;
	size_t interface_count;
	uint32_t snaplen;    /* bytes kept of each packet */
	uint32_t ring_bytes; /* for each interface, at most INT32_MAX; several readers share it */
	uint32_t readers;    /* 1..CAPTURE_READERS_MAX that want to share the packets out */
	bool is_promiscuous;
	const char *filter; /* expression of pcap-filter(7); NULL none */
	const struct filter_prefix
		*prefixes;   /* what is watched, for the kernel filter; see filter.h */
	size_t prefix_count; /* 0: the kernel passes everything */
	const struct filter_sample *sample; /* the control group, likewise; NULL none */
	bool (*is_link_supported)(int link_type);
	/* Told that an interface went away or came back, and how the kernel filters; with the
	 * listener's argument. */
	void (*note)(void *argument, const char *interface, const char *message);
};

struct capture;

/*
 * Opens captures as one timeline ordered by packet time. Each path is a pcap or pcapng file, either
 * of them gzip- or zstd-compressed, a directory (every capture directly in it; other files in it
 * are passed over), a FIFO, or "-" for standard input. Missing, unreadable and damaged captures are
 * told to the listener and counted as faults; the others are read. Within one file packets keep
 * their order, even where time jumps back. Returns 0, or -ENOMEM. A timeline in which nothing could
 * be opened is one that ends at once. It has one reader.
 */
int capture_open_files(const struct capture_listener *listener, char *const *paths, size_t count,
	struct capture **ret_capture);

/*
 * Opens interfaces, for which CAP_NET_RAW is needed now and never again: an interface that goes
 * down or away and comes back under its name is taken up again within a second. Frames of several
 * interfaces come in order of time as far as they are there. capture_next waits for at most a tenth
 * of a second; a signal ends the waiting. The settings are not needed any more after the call.
 *
 * Several readers, each on a thread of its own, get disjoint parts of the packets, as fanout.h
 * tells them apart. Where the kernel, or a kind of interface, does not allow that, the listener is
 * told and there is one reader: see capture_readers. Returns 0; or, after telling the listener,
 * -ENODEV no such interface, -EPERM CAP_NET_RAW is missing, -EMEDIUMTYPE unsupported link type,
 * -ENOMEM rings larger than the memory, -EINVAL bad filter, -EIO.
 */
int capture_open_live(const struct capture_listener *listener,
	const struct capture_live_settings *settings, struct capture **ret_capture);

/* How many there are, numbered from 0. */
uint32_t capture_readers(const struct capture *capture);

/* Live: filters as settings->filter, ->prefixes and ->snaplen say from now on; packets that wait in
 * a ring stay. Needs no privilege. Returns 0; or, after telling the listener, -EINVAL bad filter,
 * -ENOMEM: then nothing has changed. No reader
 * may be in capture_next. */
int capture_set_filter(struct capture *capture, const struct capture_live_settings *settings);

/* The reader's next frame in order of time. */
enum capture_next capture_next(struct capture *capture, uint32_t reader, struct frame *ret_frame);

/* Figures so far, of all readers. None of them may be in capture_next. */
void capture_stats(const struct capture *capture, struct capture_stats *ret_stats);

void capture_close(struct capture *capture);

/* The version string of libpcap found at run time. */
const char *capture_library_version(void);

#endif
