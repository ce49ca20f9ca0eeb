/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H
/*
 * Where frames come from. One type for files and (later) interfaces: open, next, stats, close.
 * This folder is the only one that knows libpcap.
 */
#include "capture/frame.h"

#include <stddef.h>

/* Told of every fault; `place` names file, packet number and byte offset as far as they are known,
 * for example "x.pcap: packet 17, byte offset 4711". Called from capture_next and capture_open. */
struct capture_listener {
	void (*fault)(void *argument, const char *place, const char *message);
	void *argument;
};

enum capture_next {
	CAPTURE_FRAME, /* ret_frame is filled */
	CAPTURE_IDLE,  /* live only: nothing came in time; ret_frame->time_us is now */
	CAPTURE_END,   /* no more frames */
};

struct capture_stats {
	uint64_t frames;            /* handed out */
	uint64_t bytes;             /* wire bytes of those */
	uint64_t faults;            /* damaged, missing or unreadable captures */
	uint64_t files, files_done; /* captures found, captures read to their end */
	uint64_t files_late;        /* opened late, too many others being open: out of order */
	uint64_t input_bytes;       /* sizes of the files, for a progress bar; 0 unknown */
	uint64_t input_bytes_done;  /* of those, read */
	uint64_t kernel_drops, interface_drops; /* live only */
};

struct capture;

/*
 * Opens captures as one timeline ordered by packet time. Each path is a pcap or pcapng file, either
 * of them gzip- or zstd-compressed, a directory (every capture directly in it; other files in it
 * are passed over), a FIFO, or "-" for standard input. Missing, unreadable and damaged captures are
 * told to the listener and counted as faults; the others are read. Within one file packets keep
 * their order, even where time jumps back. Returns 0, or -ENOMEM. A timeline in which nothing could
 * be opened is one that ends at once.
 */
int capture_open_files(const struct capture_listener *listener, char *const *paths, size_t count,
	struct capture **ret_capture);

/* The next frame in order of time. */
enum capture_next capture_next(struct capture *capture, struct frame *ret_frame);

/* Figures so far. */
void capture_stats(const struct capture *capture, struct capture_stats *ret_stats);

void capture_close(struct capture *capture);

/* The version string of libpcap found at run time. */
const char *capture_library_version(void);

#endif
