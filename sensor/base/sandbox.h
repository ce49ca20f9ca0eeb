/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H
/*
 * The last step before the first packet is parsed: a seccomp filter for all threads of the process
 * and those to come. It lists the system calls that a running sensor needs (files, sockets of
 * Redis, memory, threads, time); every other one fails with EPERM: no program can be started, no
 * process traced, no packet socket, namespace, mount, BPF program or user be had. It needs no
 * privilege and cannot be taken back. sandbox.c is the only file that knows libseccomp.
 */

/* Returns 0 or -errno: -ENOSYS when the kernel has no seccomp filters. */
int sandbox_enter(void);

#endif
