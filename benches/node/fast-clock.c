/*
 * Makes the clock of a process run fast: preloaded into a node, it turns a slot of six seconds into one of a fraction
 * of a second. The node itself is unmodified, and its blocks are those that it would have made in real time.
 *
 * OPENLEDGER_CLOCK_START: what the clock shows when the process starts, in seconds since 1970.
 * OPENLEDGER_CLOCK_RATE: how many of its seconds pass in a real one.
 *
 * Every way in which a Rust program reads the time or waits for it goes through the functions below. libfaketime is not
 * enough: it does not see the futex calls by which std parks a thread, and BABE's timer waits in one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

static long (*real_syscall)(long, ...);
static int64_t rate = 1;
static int64_t real_zero[2], fast_zero[2]; /* by clock: CLOCK_REALTIME is 0, CLOCK_MONOTONIC is 1 */

static int64_t nanoseconds(const struct timespec *time)
{
	return time->tv_sec * SECOND + time->tv_nsec;
}

static struct timespec timespec_of(int64_t ns)
{
	if (ns < 0)
		ns = 0;
	return (struct timespec){ .tv_sec = ns / SECOND, .tv_nsec = ns % SECOND };
}

static int64_t real_now(clockid_t clock)
{
	struct timespec now;
	real_syscall(SYS_clock_gettime, clock, &now);
	return nanoseconds(&now);
}

static int64_t setting(const char *name)
{
	const char *text = getenv(name);
	char *end = NULL;
	long long value = text ? strtoll(text, &end, 10) : 0;
	if (value <= 0 || *end) {
		fprintf(stderr, "fast-clock: set %s to a positive whole number\n", name);
		_exit(2);
	}
	return value;
}

__attribute__((constructor)) static void begin(void)
{
	if (real_syscall)
		return;
	real_syscall = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	int64_t start = setting("OPENLEDGER_CLOCK_START") * SECOND;
	real_zero[CLOCK_REALTIME] = real_now(CLOCK_REALTIME);
	real_zero[CLOCK_MONOTONIC] = fast_zero[CLOCK_MONOTONIC] = real_now(CLOCK_MONOTONIC);
	fast_zero[CLOCK_REALTIME] = start;
	rate = setting("OPENLEDGER_CLOCK_RATE");
}

/* The real point in time at which the fast clock will show `fast`. */
static struct timespec real_point(clockid_t clock, const struct timespec *fast)
{
	return timespec_of(real_zero[clock] + (nanoseconds(fast) - fast_zero[clock]) / rate);
}

static struct timespec real_span(const struct timespec *fast)
{
	return timespec_of(nanoseconds(fast) / rate);
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
	begin();
	clockid_t kind = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ? CLOCK_REALTIME : CLOCK_MONOTONIC;
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_BOOTTIME:
		*time = timespec_of(fast_zero[kind] + (real_now(kind) - real_zero[kind]) * rate);
		return 0;
	default:
		return real_syscall(SYS_clock_gettime, clock, time);
	}
}

time_t time(time_t *out)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}

static long futex(long address, int operation, long value, const struct timespec *timeout, long second, long third)
{
	struct timespec real;
	int command = operation & FUTEX_CMD_MASK;
	if (timeout && command == FUTEX_WAIT) {
		real = real_span(timeout);
		timeout = &real;
	} else if (timeout && command == FUTEX_WAIT_BITSET) {
		real = real_point(operation & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, timeout);
		timeout = &real;
	}
	return real_syscall(SYS_futex, address, operation, value, timeout, second, third);
}

long syscall(long number, ...)
{
	begin();
	long argument[6];
	va_list list;
	va_start(list, number);
	for (int i = 0; i < 6; i++)
		argument[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_futex)
		return futex(argument[0], argument[1], argument[2], (struct timespec *)argument[3], argument[4], argument[5]);
	return real_syscall(number, argument[0], argument[1], argument[2], argument[3], argument[4], argument[5]);
}

int epoll_pwait(int epoll, struct epoll_event *events, int most, int timeout_ms, const sigset_t *signals)
{
	begin();
	struct timespec real = timespec_of(timeout_ms * (SECOND / 1000) / rate);
	/* The kernel's set of signals has eight bytes, whatever the C library's has. */
	return real_syscall(SYS_epoll_pwait2, epoll, events, most, timeout_ms < 0 ? NULL : &real, signals, 8L);
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout_ms)
{
	return epoll_pwait(epoll, events, most, timeout_ms, NULL);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
	begin();
	struct timespec real = flags & TIMER_ABSTIME ? real_point(clock, time) : real_span(time);
	return real_syscall(SYS_clock_nanosleep, clock, flags, &real, left) == 0 ? 0 : errno;
}

int nanosleep(const struct timespec *time, struct timespec *left)
{
	int error = clock_nanosleep(CLOCK_MONOTONIC, 0, time, left);
	if (error == 0)
		return 0;
	errno = error;
	return -1;
}
