/* SPDX-License-Identifier: Apache-2.0 */
/* What is given up cannot be had again, so every test runs in a process of its own. */
#include "base/privilege.h"

#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Runs `child`, which returns 0 or the number of what went wrong, in a process of its own. */
static void in_child(int (*child)(void))
{
	int status;
	pid_t process = fork();

	assert_true(process >= 0);
	if (process == 0)
		_exit(child());
	assert_int_equal(waitpid(process, &status, 0), process);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int drop_to_nobody(void)
{
	struct privilege_user user;
	char reason[PRIVILEGE_REASON_SIZE];

	if (privilege_find_user("nobody", &user, reason) != 0 || !user.is_change)
		return 1;
	if (privilege_shrink(&user) != 0)
		return 2;
	if (socket(AF_PACKET, SOCK_RAW, 0) >= 0)
		return 3;
	if (privilege_drop(&user) != 0)
		return 4;
	if (geteuid() != user.uid || getegid() != user.gid || getgroups(0, NULL) != 0)
		return 5;
	if (privilege_is_any_left() || setuid(0) == 0)
		return 6;
	return 0;
}

static void root_can_be_had_again(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	in_child(drop_to_nobody);
}

static int drop_and_stay(void)
{
	struct privilege_user user;
	char reason[PRIVILEGE_REASON_SIZE];

	if (geteuid() == 0 && setuid(65534) != 0)
		return 1;
	if (privilege_find_user(NULL, &user, reason) != 0 || user.is_change)
		return 2;
	if (privilege_shrink(&user) != 0 || privilege_drop(&user) != 0)
		return 3;
	return privilege_is_any_left() ? 4 : 0;
}

static void who_is_not_root_cannot_start(void **state)
{
	(void)state;
	in_child(drop_and_stay);
}

static int ask_for_another_user(void)
{
	struct privilege_user user;
	char reason[PRIVILEGE_REASON_SIZE] = "";

	if (geteuid() == 0 && setuid(65534) != 0)
		return 1;
	return privilege_find_user("root", &user, reason) == -EPERM && reason[0] ? 0 : 2;
}

static void another_user_is_promised_without_root(void **state)
{
	struct privilege_user user;
	char reason[PRIVILEGE_REASON_SIZE] = "";

	(void)state;
	in_child(ask_for_another_user);
	assert_int_equal(privilege_find_user("no such user", &user, reason), -ENOENT);
	assert_true(reason[0]);
}

static void *do_nothing(void *argument)
{
	return argument;
}

static int work_in_sandbox(void)
{
	pthread_t thread;
	char *memory;
	int file;

	if (sandbox_enter() != 0)
		return 1;
	memory = malloc(64u << 20);
	if (!memory)
		return 2;
	memset(memory, 1, 64u << 20);
	free(memory);
	if (pthread_create(&thread, NULL, do_nothing, NULL) != 0 || pthread_join(thread, NULL) != 0)
		return 3;
	file = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (file < 0 || write(file, "x", 1) != 1 || close(file) != 0)
		return 4;
	return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 0 : 5;
}

static void sandbox_stops_the_sensor(void **state)
{
	(void)state;
	in_child(work_in_sandbox);
}

static int break_out(void)
{
	char *const words[] = {"true", NULL};

	if (sandbox_enter() != 0)
		return 1;
	if (fork() != -1 || errno != EPERM)
		return 2;
	execv("/bin/true", words);
	if (errno != EPERM)
		return 3;
	if (socket(AF_PACKET, SOCK_RAW, 0) >= 0 || errno != EPERM)
		return 4;
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1 && errno == EPERM ? 0 : 5;
}

static void program_can_be_started_from_the_sandbox(void **state)
{
	(void)state;
	in_child(break_out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_can_be_had_again),
		cmocka_unit_test(who_is_not_root_cannot_start),
		cmocka_unit_test(another_user_is_promised_without_root),
		cmocka_unit_test(sandbox_stops_the_sensor),
		cmocka_unit_test(program_can_be_started_from_the_sandbox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
