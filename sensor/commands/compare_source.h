/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_COMPARE_SOURCE_H
#define COMMANDS_COMPARE_SOURCE_H
/* Where compare and report take counts from: captures, files of `replay --usage`, or Redis. */
#include "commands/setup.h"
#include "report/book.h"
#include "report/peers.h"
#include "report/usage_store.h"

/* Which flows count as before and after, by their start (Unix, s); for new and vanished peers. */
struct compare_peers {
	struct peers *peers;
	int64_t start_s[PEERS_SIDES], end_s[PEERS_SIDES];
	bool is_wanted[PEERS_SIDES]; /* of the input at hand */
	bool is_asymmetric;
};

/* True when the file begins like NDJSON; a directory, stdin and what cannot be read are captures.
 */
bool compare_source_is_usage(const char *path);

/* Reads a usage file into the book. Returns 0 or the exit status after logging why. */
int compare_source_read_usage(const char *path, struct book *book);

/* Reads what a sensor has delivered to the server of config->redis. Returns 0 or the exit status
 * after logging why. */
int compare_source_read_redis(
	const struct config *config, const struct usage_store_wanted *wanted, struct book *book);

/* Runs a capture through the pipeline: its buckets of `bucket_s` go into the book, its flows into
 * `peers`. Returns 0, or the exit status; then the book holds what came before the fault. */
int compare_source_read_capture(const struct config *config, const struct setup *setup, char *path,
	uint32_t bucket_s, struct book *book, struct compare_peers *peers);

#endif
