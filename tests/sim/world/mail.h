/*
 * mail.h - one mail as Exchange sees it after delivery: properties, one
 * stored body, attachments. Made by mime.c from a file or by gen.c.
 * All strings are valid UTF-8 (they may hold any character but NUL) and live
 * in the mail's arena.
 */
#ifndef SIM_MAIL_H
#define SIM_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define NO_TIME INT64_MIN

struct addr {
	const char *name; /* may be NULL */
	const char *addr; /* may be NULL */
};

struct addrs {
	struct addr *v;
	int n;
};

struct header {
	const char *name, *value;
};

enum att_kind { ATT_FILE, ATT_ITEM, ATT_REF };

struct att {
	enum att_kind kind;
	const char *name, *type, *cid, *location;
	const char *url; /* ATT_REF */
	bool is_inline;
	int num;          /* in its mail; an edit that leaves it keeps it */
	int64_t since;    /* an edit put it in; 0: it came with the mail */
	const void *data; /* ATT_FILE; NULL: made up from seed */
	size_t len;
	uint64_t seed;
	struct mail *item; /* ATT_ITEM */
};

/* What an item is, to whoever asks for messages, or for appointments. */
enum kind {
	KIND_MESSAGE, /* reports too, and whatever else */
	KIND_MEETING_REQUEST,
	KIND_MEETING_RESPONSE,
	KIND_MEETING_CANCELLATION,
	KIND_APPOINTMENT,
	KIND_CONTACT,
	KIND_TASK,
	N_KINDS
};

/* As the store numbers them. */
enum importance { IMPORTANCE_LOW, IMPORTANCE_NORMAL, IMPORTANCE_HIGH };
enum sensitivity {
	SENSITIVITY_NORMAL,
	SENSITIVITY_PERSONAL,
	SENSITIVITY_PRIVATE,
	SENSITIVITY_CONFIDENTIAL
};

enum body_kind { BODY_NONE, BODY_TEXT, BODY_HTML };

enum answer { ANSWER_NONE, ANSWER_ACCEPT, ANSWER_TENTATIVE, ANSWER_DECLINE };

struct meeting {
	const char *uid, *location;
	enum answer answer;
	int64_t start, end;
	bool all_day;
};

/* A property that was written and has no place of its own: see kept.h. */
struct kept {
	struct kept *next;
	const char *key;
	const char **v;
	int n;
};

struct mail {
	struct arena a;
	struct kept *kept;
	enum kind kind; /* of what the bytes say: a message, or a meeting's */
	const char *class;
	const char *raw; /* the MIME as loaded */
	size_t raw_len;
	size_t hdr_len; /* of raw, without the empty line */
	struct header *headers;
	int n_headers;
	const char *subject, *message_id, *in_reply_to, *references;
	int importance, sensitivity; /* enum importance, enum sensitivity */
	struct addrs from, sender, to, cc, bcc, reply_to;
	int64_t sent; /* NO_TIME: no usable Date */
	bool read_receipt;
	enum body_kind body_kind; /* as stored */
	const char *body;
	size_t body_len;
	const struct gen_coding *coded; /* body is coded so already; or NULL */
	const char *plain; /* the text alternative of an HTML mail, or NULL */
	size_t plain_len;
	struct att *att;
	int n_att;
	int next_att; /* no attachment had this number yet */
	struct meeting meeting;
};

#endif
