/*
 * provider.h - the contract with a kind of mail server.
 * Floor: core; implemented by ews/, later graph/.
 *
 * Order of calls: open once per server; session_open per mailbox, then any
 * of the session calls in any order and number; session_close; close.
 *
 * Threads: a struct provider is shared by all threads. A struct session
 * belongs to one thread at a time; several sessions for the same mailbox may
 * be open at once (that is how batches run in parallel). Connections are
 * pooled in the provider: opening a session sends nothing.
 *
 * Ids and cursors are opaque, case-sensitive strings of any length; the
 * engine stores and returns them and never looks inside.
 *
 * Errors: as in err.h. ERR_GONE: the folder or item no longer exists.
 * ERR_RESYNC (changes only): the cursor is invalid, ask again with NULL.
 * ERR_RETRY carries the server's own delay where it named one. A session
 * stays usable after any error: the connection behind it is dropped and
 * opened again by the next call.
 */
#ifndef CORE_PROVIDER_H
#define CORE_PROVIDER_H

#include <stdatomic.h>

#include "base/stream.h"
#include "conf/conf.h"
#include "core/model.h"

/* The folder for mail that cannot be stored (move_failed = yes). */
#define PROVIDER_UNDELIVERABLE "Undeliverable"

struct provider; /* each implementation begins its own with .ops */
struct session;

/* What a folder holds. */
enum folder_kind {
	FOLDER_OTHER,  /* contacts, a calendar, notes, what a program keeps */
	FOLDER_SEARCH, /* what a search finds, which lies in other folders */
	FOLDER_MAIL
};

struct folder {
	const char *id, *parent_id;
	const char *path;       /* "Inbox/Projects", from the top */
	const char *well_known; /* "inbox", "sentitems", ... or NULL */
	enum folder_kind kind;
	const char *class;  /* the server's own word for the kind, or NULL */
	const char *marker; /* changes when the content does, or NULL */
	int64_t total;      /* items, -1 unknown */
};

struct folder_list {
	struct arena arena;
	struct folder *v;
	size_t n;
};

enum change_op {
	CHANGE_PUT,    /* new or changed; the server may not tell which */
	CHANGE_DELETE, /* no longer in this folder */
	CHANGE_READ    /* only is_read changed */
};

struct change {
	enum change_op op;
	const char *id, *change_key; /* change_key may be NULL */
	int64_t received_at;         /* TIM_NONE: unknown */
	int64_t size;                /* 0: unknown */
	bool is_read;                /* CHANGE_READ */
	bool is_new;                 /* CHANGE_PUT: the server calls it new */
};

struct change_page {
	struct arena arena;
	struct change *v;
	size_t n;
	char *cursor; /* for the next call; in the arena */
	bool more;    /* ask again at once */
	/*
	 * Strays are changes that name no item, or of an unknown kind: their
	 * number, and what the first one was, for a person, or NULL.
	 */
	int64_t nstray;
	const char *stray;
};

/* How much of a message is wanted. */
enum provider_part {
	PROVIDER_HEADERS, /* addresses and properties, never a body */
	/* all but the body: for a mail whose body the server cannot give, or
	 * which the store may have already */
	PROVIDER_PARTIAL,
	PROVIDER_CONTENT, /* everything but the content of attachments */
	PROVIDER_NPART
};

#define PROVIDER_ITEMS 100 /* of one call, at most, for all providers */

/* What an operation may change on the server. */
enum provider_write {
	PROVIDER_MOVES = 1 /* an item to another folder: undeliver */
};

/* What a provider can do, whichever server it speaks to. */
struct provider_limits {
	int changes; /* of one page, at most */
	/* of one call of messages, at most, by enum provider_part; never more
	 * than PROVIDER_ITEMS */
	int items[PROVIDER_NPART];
	unsigned kinds;  /* of folders that it reads: 1 << enum folder_kind */
	unsigned writes; /* enum provider_write, or-ed */
};

struct item_ref {
	const char *id, *change_key;
	int64_t size; /* as the server says, with attachments; 0: unknown */
	/* the store has this mail, so all but its body is asked for first */
	bool kept;
};

/* What probe found out: one line each, printable; "" where unknown. */
struct probe {
	char server[128];  /* "Exchange 15.2.2562.17" */
	char version[64];  /* the version we speak with it */
	char mailbox[256]; /* display name of the mailbox's root */
	char login[80];    /* "Basic", "NTLM, bound to the certificate" */
};

struct provider_ops {
	const struct provider_limits *limits;
	struct conf_keys *keys; /* what it adds to [profile]; or NULL */

	/*
	 * Opens the server and login that the profile names. Profiles that name
	 * the same share a provider; what a profile says of its mailboxes is
	 * taken from the profile of the session's mailbox. Sends nothing.
	 * conf and profile must outlive the provider, which may live for many
	 * passes. max_connections: for all its profiles together.
	 */
	struct provider *(*open)(const struct conf *,
	    const struct conf_profile *, int max_connections, struct err *);
	void (*close)(struct provider *);

	struct session *(*session_open)(
	    struct provider *, const struct conf_mailbox *, struct err *);
	void (*session_close)(struct session *);

	/*
	 * Opens a connection for the calls that follow, unless a login were at
	 * stake; sends no request. An error may be ignored: the next call meets
	 * it, too. NULL: connections cannot be opened ahead.
	 */
	int (*connect)(struct session *, struct err *);
	/*
	 * The same for whichever session with this login needs a connection
	 * next; but none while there are max_connections, and none that comes
	 * after enough is true. NULL: not possible.
	 */
	int (*ahead)(struct session *, const atomic_bool *enough, struct err *);
	/* Login and access to the mailbox, nothing else. */
	int (*probe)(struct session *, struct probe *, struct err *);
	/*
	 * Every folder below the top, in one request where the server can.
	 * well_known: also fill in that member, which may cost one more
	 * request. out: arena_free(&out->arena) frees.
	 */
	int (*folders)(struct session *, bool well_known,
	    struct folder_list *out, struct err *);
	/* Up to max changes since cursor (NULL: everything). */
	int (*changes)(struct session *, const char *folder_id,
	    const char *cursor, int max, struct change_page *out, struct err *);
	/*
	 * Reads n messages, in one request where the server can. 0: out[i] is
	 * the message of ref[i], whatever the server answered; the caller frees
	 * it. Its err says why an item could not be read; with have_content the
	 * item came, but its body may be cut (and is when body_state is
	 * BODY_FAILED). -1: the call as a whole failed, and out is all NULL;
	 * ERR_ITEM and ERR_GONE then mean that one of the items is the reason;
	 * which one is not known.
	 */
	int (*messages)(struct session *, enum provider_part,
	    const struct item_ref *, size_t n, struct message **out,
	    struct err *);
	/*
	 * The decoded content of one attachment. An ATT_ITEM comes as a
	 * message/rfc822 (or text/calendar, text/vcard) document. The media
	 * type is written to type (64 bytes) when the attachment has none.
	 */
	int (*attachment)(struct session *, const struct attachment *,
	    struct stream *, char *type, struct err *);
	/*
	 * Moves an item to the folder PROVIDER_UNDELIVERABLE at the top of
	 * the mailbox, which is created when missing. ERR_GONE: the item has
	 * left its folder already.
	 */
	int (*undeliver)(struct session *, const char *item_id, struct err *);
	/* Requests made and bytes received by this session so far. */
	void (*usage)(struct session *, int64_t *requests, int64_t *bytes);
};

struct provider {
	const struct provider_ops *ops;
};

struct session {
	struct provider *provider;
	/*
	 * Set by the engine: how long, in ms, the calls that follow wait while
	 * the server sends nothing; then they fail with CAUSE_PATIENCE. 0: only
	 * the provider's own limits hold.
	 */
	int64_t patience_ms;
};

#endif
