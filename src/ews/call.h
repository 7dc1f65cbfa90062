/*
 * call.h - one EWS operation: envelope, exchange, answer, and everything
 * that may be wrong with it (README.md, Errors).
 * Floor: ews.
 * Threads: as the session.
 */
#ifndef EWS_CALL_H
#define EWS_CALL_H

#include "base/err.h"
#include "ews/build.h"
#include "ews/session.h"
#include "ews/soap.h"

struct call {
	const struct soap_ops *ops; /* reads the answer, with arg */
	void *arg;
	void (*build)(const struct build *, const void *what);
	const void *what;
	enum err_scope where; /* the narrowest scope of what is asked for */
};

/*
 * 0: the whole answer came, and every response message went to ops. If the
 * server refuses the version in use the request is made again in a lower one,
 * before ops has seen anything of an answer. A refused login is ERR_AUTH; the
 * next call has a new connection. The error of a response message is left to
 * ops (call_status).
 */
int call_run(struct ews_session *, const struct call *, struct err *);
/* Opens the session's connection, as connect of provider.h. */
int call_connect(struct ews_session *, struct err *);

/*
 * Puts the error of one response message into err. 0: it is a success (also a
 * warning that came with data); else -1.
 */
int call_status(const struct soap_status *, enum err_scope where, struct err *);

#endif
