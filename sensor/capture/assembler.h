/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CAPTURE_ASSEMBLER_H
#define CAPTURE_ASSEMBLER_H
/* Writes programs of classic BPF, with labels to jump forward to. */
#include "capture/filter.h"

#define ASSEMBLER_LABELS_MAX 32
#define ASSEMBLER_NO_LABEL 0 /* a jump over so many instructions as its value says */

/* `program` is set at first and empty, the rest zeroed. */
struct assembler {
	struct filter_program *program;
	uint32_t places[ASSEMBLER_LABELS_MAX];
	bool is_full; /* the program is longer than FILTER_INSTRUCTIONS_MAX */
};

/* Appends an instruction as <linux/filter.h> names them; conditional jumps skip so many. */
void assembler_put(struct assembler *assembler, uint16_t code, uint8_t jump_true,
	uint8_t jump_false, uint32_t value);

/* Loads BPF_W, BPF_H or BPF_B from `offset` of the packet. */
void assembler_put_load(struct assembler *assembler, uint16_t size, uint32_t offset);

/* Jumps to a label of the caller's, 1..ASSEMBLER_LABELS_MAX-1; or does so if what was loaded is
 * `value`. */
void assembler_put_jump(struct assembler *assembler, uint8_t label);
void assembler_put_jump_if(struct assembler *assembler, uint32_t value, uint8_t label);

/* The label is here. */
void assembler_put_label(struct assembler *assembler, uint8_t label);

/* Lets jumps know where their labels are; to be called once all of them are put. */
void assembler_resolve(struct assembler *assembler);

#endif
