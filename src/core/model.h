/*
 * model.h - one mail as exsync knows it, whatever server it came from.
 * Floor: core.
 * Threads: a struct message belongs to one thread at a time.
 *
 * All text is valid UTF-8 without NUL, all strings lie in the message's
 * arena. NULL means "the server did not say", which is not "".
 */
#ifndef CORE_MODEL_H
#define CORE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

/* In the order in which email_party.role and links prefer them. */
enum role { ROLE_FROM, ROLE_SENDER, ROLE_TO, ROLE_CC, ROLE_BCC, ROLE_REPLY_TO };
const char *role_name(enum role);    /* "from", ..., "reply_to" */
enum role role_of(const char *name); /* another name: ROLE_REPLY_TO */

struct address {
	enum role role;
	const char *name;    /* display name or NULL */
	const char *address; /* SMTP as written, or NULL */
	const char *raw;     /* the original when not SMTP (EX, ...) */
};

enum att_kind { ATT_FILE, ATT_ITEM, ATT_REFERENCE };
const char *att_kind_name(enum att_kind);
enum att_kind att_kind_of(const char *name); /* another: ATT_REFERENCE */

struct attachment {
	const char *id; /* opaque, for provider->attachment */
	enum att_kind kind;
	const char *name, *media_type, *content_id;
	const char *url; /* ATT_REFERENCE: where it points */
	int64_t size;    /* as the server says; -1 unknown */
	bool is_inline;
	/*
	 * Filled in by the engine when it has dealt with the content. state:
	 * full, too_large, failed, reference, skipped, gone.
	 */
	const char *state;
	bool stored;
	unsigned char sha256[32];
};

enum body_state { BODY_FULL, BODY_HEADERS, BODY_TOO_LARGE, BODY_FAILED };
const char *body_state_name(enum body_state);
enum body_state body_state_of(const char *name); /* another: BODY_FAILED */

struct message {
	struct arena arena;
	/*
	 * With another kind than ERR_NONE only item_id is valid; but with
	 * have_content all is, and the body may be cut.
	 */
	struct err err;
	bool have_content; /* more than headers was asked for and came */

	const char *item_id, *change_key; /* opaque, case-sensitive */
	const char *item_class;
	const char *message_id; /* as in the mail, with its <> */
	const char *in_reply_to;
	const char *refs; /* References, as in the mail */
	const char *conversation_id;
	const char *subject;
	const char *importance; /* low, normal, high */
	/* normal, personal, private, confidential */
	const char *sensitivity;
	/* names that the mailbox's owner gave it in Outlook */
	const char **category;
	size_t ncategory;
	const char *flag; /* flagged, complete; NULL: neither */
	/* what its owner did last with it: replied, replied_all, forwarded;
	 * NULL: none of them */
	const char *answered;
	const char *headers;          /* raw header block, or NULL */
	int64_t sent_at, received_at; /* ms or TIM_NONE */
	int64_t modified_at;          /* last change of the item, of any kind */
	int64_t size;                 /* bytes, -1 unknown */
	bool is_read, is_draft, has_attachments;
	/* it lies where the mailbox keeps what it sends: nobody sent it here.
	 * Filled in by the engine */
	bool is_sent;

	enum body_state body_state;
	/* the body was not asked for: it is still the one in the store */
	bool as_stored;
	const char *text, *html; /* the body as stored: one of them */
	size_t text_len, html_len;
	/* a large body, to which text or html points; NULL: in the arena */
	char *big;

	struct address *addr;
	size_t naddr;
	struct attachment *att;
	size_t natt;
};

/* An empty message. arena_max: cap in bytes, 0: none. message_free frees. */
struct message *message_new(size_t arena_max);
void message_free(struct message *);
/* Frees the n messages of v, which may be NULL, and sets them to NULL. */
void message_drop(struct message **v, size_t n);
/* Roughly the memory that it takes, in bytes. */
size_t message_bytes(const struct message *);
/*
 * What tells which mail it is - subject, Message-ID, dates, senders and
 * recipients -, copied to an arena with a cap. NULL: it has no room.
 */
struct message *message_head(struct arena *, const struct message *);
/* Appends one, whose strings are the arena's; false: over the arena's cap. */
bool message_category(struct message *, const char *name);
/* Appends one, zeroed; NULL when over the arena's cap. */
struct address *message_address(struct message *);
struct attachment *message_attachment(struct message *);

#endif
