/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/assembler.h"

void assembler_put(struct assembler *assembler, uint16_t code, uint8_t jump_true,
	uint8_t jump_false, uint32_t value)
{
	struct filter_program *program = assembler->program;

	if (program->count == FILTER_INSTRUCTIONS_MAX) {
		assembler->is_full = true;
		return;
	}
	program->code[program->count++] = (struct sock_filter){code, jump_true, jump_false, value};
}

void assembler_put_load(struct assembler *assembler, uint16_t size, uint32_t offset)
{
	assembler_put(assembler, BPF_LD | size | BPF_ABS, 0, 0, offset);
}

/* Until labels are resolved `jt`, of which an unconditional jump makes no use, holds the label. */
void assembler_put_jump(struct assembler *assembler, uint8_t label)
{
	assembler_put(assembler, BPF_JMP | BPF_JA, label, 0, 0);
}

void assembler_put_jump_if(struct assembler *assembler, uint32_t value, uint8_t label)
{
	assembler_put(assembler, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, value);
	assembler_put_jump(assembler, label);
}

void assembler_put_label(struct assembler *assembler, uint8_t label)
{
	assembler->places[label] = assembler->program->count;
}

void assembler_resolve(struct assembler *assembler)
{
	struct filter_program *program = assembler->program;

	for (uint32_t i = 0; i < program->count; i++) {
		struct sock_filter *at = &program->code[i];

		if (at->code != (BPF_JMP | BPF_JA) || at->jt == ASSEMBLER_NO_LABEL)
			continue;
		at->k = assembler->places[at->jt] - (i + 1);
		at->jt = 0;
	}
}
