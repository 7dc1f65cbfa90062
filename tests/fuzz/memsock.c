/*
 * memsock.c - net/sock.h without a network.
 */
#include "base/mem.h"
#include "base/str.h"
#include "memsock.h"
#include "net/sock.h"

struct sock {
	const struct memsock_answer *answer; /* NULL: nothing was asked yet */
	size_t at;
	char *where;
	int64_t received;
};

static const struct memsock_answer *script;
static size_t nscript, nused, nopened, nopen;
static struct fuzz_split cut;

static const struct memsock_answer nothing = { "", 0, MEMSOCK_FIN };

size_t
memsock_parse(const char *p, size_t n, struct memsock_answer *v, size_t max)
{
	const char *end = p + n, *q = p;
	size_t k = 0;

	while (k < max && q < end) {
		for (q = p; end - q >= 5; q++)
			if (memcmp(q, "\n~~~\n", 5) == 0 ||
			    memcmp(q, "\n!!!\n", 5) == 0 ||
			    memcmp(q, "\n+++\n", 5) == 0)
				break;
		if (end - q < 5)
			q = end;
		v[k].data = p;
		v[k].len = (size_t)(q - p);
		v[k].end = q == end || q[1] == '~' ? MEMSOCK_FIN
			   : q[1] == '!'           ? MEMSOCK_RESET
						   : MEMSOCK_KEEP;
		k++;
		p = q + 5;
	}
	return k;
}

void
memsock_script(
    const struct memsock_answer *v, size_t n, const struct fuzz_split *split)
{
	script = v;
	nscript = n;
	nused = nopened = 0;
	cut = *split;
}

size_t
memsock_opened(void)
{
	return nopened;
}

size_t
memsock_open_now(void)
{
	return nopen;
}

int
sock_lookup(
    const char *host, const char *port, char *out, size_t size, struct err *e)
{
	(void)e;
	snprintf(out, size, "%s %s", host, port);
	return 0;
}

void
sock_address(const struct sock *s, char *out, size_t size)
{
	(void)s;
	snprintf(out, size, "memory");
}

struct sock *
sock_connect(const char *host, const char *port, int64_t deadline,
    bool (*stop)(void *), void *stop_arg, struct err *e)
{
	struct sock *s;

	(void)deadline;
	(void)stop;
	(void)stop_arg;
	if (nused == nscript) {
		err_set(e, ERR_RETRY, "%s:%s: no more answers", host, port);
		err_code(e, CAUSE_NETWORK, "connect", SCOPE_PROFILE);
		return NULL;
	}
	s = mem_alloc(sizeof(*s));
	nopened++;
	s->where = mem_printf("%s:%s", host, port);
	nopen++;
	return s;
}

long
sock_read(struct sock *s, void *p, size_t n, int64_t deadline, struct err *e)
{
	size_t left;

	(void)deadline;
	FUZZ_CHECK(n > 0);
	FUZZ_CHECK(s->answer != NULL);
	left = s->answer->len - s->at;
	if (left == 0 && s->answer->end == MEMSOCK_RESET) {
		err_set(e, ERR_RETRY, "%s: reset", s->where);
		return err_code(e, CAUSE_CUT, "truncated", SCOPE_MAILBOX);
	}
	if (left == 0 && s->answer->end == MEMSOCK_KEEP) {
		err_set(e, ERR_RETRY, "%s: no answer in time", s->where);
		return err_code(e, CAUSE_TIMEOUT, "timeout", SCOPE_MAILBOX);
	}
	if (left == 0)
		return 0;
	n = fuzz_piece(&cut, left < n ? left : n);
	memcpy(p, s->answer->data + s->at, n);
	s->at += n;
	s->received += (int64_t)n;
	return (long)n;
}

int
sock_write(
    struct sock *s, const void *p, size_t n, int64_t deadline, struct err *e)
{
	(void)p;
	(void)n;
	(void)deadline;
	(void)e;
	if (s->answer != NULL &&
	    (s->at < s->answer->len || s->answer->end != MEMSOCK_KEEP))
		return 0;
	s->answer = nused < nscript ? &script[nused++] : &nothing;
	s->at = 0;
	return 0;
}

void
sock_label(struct sock *s, const char *where)
{
	char *old = s->where;

	s->where = mem_strdup(where);
	free(old);
}

const char *
sock_where(const struct sock *s)
{
	return s->where;
}

int64_t
sock_received(const struct sock *s)
{
	return s->received;
}

int
sock_check_stop(const struct sock *s, struct err *e)
{
	(void)s;
	(void)e;
	return 0;
}

bool
sock_readable(const struct sock *s)
{
	return s->answer != NULL &&
	       (s->at < s->answer->len || s->answer->end != MEMSOCK_KEEP);
}

void
sock_close(struct sock *s)
{
	if (s == NULL)
		return;
	nopen--;
	free(s->where);
	free(s);
}
