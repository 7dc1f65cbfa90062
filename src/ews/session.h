/*
 * session.h - what the provider and a session hold; private to ews/.
 * Floor: ews.
 * Threads: struct ews: any, through the locks of its parts. A struct
 * ews_session belongs to one thread at a time.
 */
#ifndef EWS_SESSION_H
#define EWS_SESSION_H

#include <stdatomic.h>

#include "core/provider.h"
#include "ews/namecache.h"
#include "ews/versions.h"
#include "web/cookie.h"
#include "web/pool.h"

#define SESSION_REQUEST_MAX ((size_t)64 << 20) /* what IIS takes at most */
#define SESSION_TEXT_MAX    ((size_t)4 << 20)  /* one property */
#define SESSION_BODY_MAX    ((size_t)8 << 20)  /* the body of one mail */
#define SESSION_KEEP_MAX    ((size_t)1 << 20)  /* kept for the next answer */

struct ews {
	struct provider base;
	struct pool pool;
	struct versions versions;
	struct cookie_jars jars;
	struct namecache names;
	/* A request with all properties has succeeded. */
	atomic_bool find_whole, sync_whole;
	atomic_bool archive_told; /* that a server has no archives */
};

struct ews_session {
	struct session base;
	struct ews *ews;
	const struct conf_mailbox *mailbox;
	const struct conf_profile *profile; /* the mailbox's */
	struct credential login;            /* borrowed from the INI */
	bool own_login;                     /* the mailbox's own */
	struct mailbox_version *version;
	struct cookie_jar *jar;
	struct pool_conn *conn;     /* taken by the first request */
	struct buf request, header; /* scratch */
	struct buf text, body;      /* scratch of the parsers */
	char *undeliverable;        /* id of that folder, once known */
	bool bare;                  /* SyncFolderItems: ids alone */
	/* Asking for fewer properties did not help against an unknown code. */
	bool find_in_vain, sync_in_vain;
	int64_t requests, bytes;
};

#endif
