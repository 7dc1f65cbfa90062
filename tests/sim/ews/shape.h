/*
 * shape.h - which properties a request wants.
 */
#ifndef SIM_SHAPE_H
#define SIM_SHAPE_H

#include "ews/call.h"
#include "world/mapi.h"

/* Item properties in schema order. */
enum prop {
	P_MIME,
	P_ITEM_ID,
	P_PARENT,
	P_CLASS,
	P_SUBJECT,
	P_SENSITIVITY,
	P_BODY,
	P_ATTACHMENTS,
	P_RECEIVED,
	P_SIZE,
	P_CATEGORIES,
	P_IMPORTANCE,
	P_IN_REPLY_TO,
	P_IS_SUBMITTED,
	P_IS_DRAFT,
	P_IS_FROM_ME,
	P_IS_RESEND,
	P_IS_UNMODIFIED,
	P_HEADERS,
	P_SENT,
	P_CREATED,
	P_REMINDER_DUE,
	P_REMINDER,
	P_REMINDER_MINUTES,
	P_DISPLAY_CC,
	P_DISPLAY_TO,
	P_HAS_ATTACHMENTS,
	P_EXTENDED,
	P_CULTURE,
	P_RIGHTS,
	P_MODIFIED_NAME,
	P_MODIFIED,
	P_IS_ASSOCIATED,
	P_CONVERSATION,
	P_UNIQUE_BODY,
	P_FLAG,
	P_INSTANCE_KEY,
	P_NORMALIZED_BODY,
	P_PREVIEW,
	P_TEXT_BODY,
	P_SENDER,
	P_TO,
	P_CC,
	P_BCC,
	P_READ_RECEIPT,
	P_DELIVERY_RECEIPT,
	P_CONVERSATION_INDEX,
	P_TOPIC,
	P_FROM,
	P_MESSAGE_ID,
	P_IS_READ,
	P_RESPONSE_REQUESTED,
	P_REFERENCES,
	P_REPLY_TO,
	P_RECEIVED_BY,
	P_RECEIVED_REPRESENTING,
	P_IS_DELEGATED,
	P_OUT_OF_DATE,
	P_PROCESSED,
	P_RESPONSE_TYPE,
	P_UID,
	P_REQUEST_TYPE,
	P_START,
	P_END,
	P_ALL_DAY,
	P_LOCATION,
	P_ORGANIZER,
	P_COUNT
};

/* Property flags. */
enum {
	PF_DEFAULT = 1,  /* in shape Default */
	PF_ALL = 2,      /* in shape AllProperties */
	PF_GET = 4,      /* GetItem only: lists do not show it */
	PF_QUIET = 8,    /* lists leave it out without a word */
	PF_MEETING = 16, /* of meeting messages */
	PF_FALSE = 32,   /* always false here */
	PF_TEXT = 64,    /* plain text */
	PF_PERSON = 128, /* addresses */
	PF_ITEM = 256    /* of items in a folder: attached ones have none */
};

struct prop_row {
	const char *uri, *element;
	enum level since;
	unsigned flags;
};

extern const struct prop_row PROPS[P_COUNT];

enum body_type { AS_STORED, AS_HTML, AS_TEXT };

struct ext {          /* an extended property path */
	unsigned tag; /* 0: named */
	char *type, *set_id, *set_name, *name, *id;
};

#define MAX_EXT 64

struct shape {
	const char *base;
	bool mime;
	enum body_type body_type;
	uint64_t want[2];
	struct ext ext[MAX_EXT];
	int n_ext;
	char *header[MAX_EXT]; /* item:InternetMessageHeader by name */
	int n_header;
	bool folder[8];    /* of folder properties: see shape_folder_prop */
	const char *error; /* response code for each item, or NULL */
	char *bad;         /* the path that is to blame, as XML, or NULL */
};

static inline bool
shape_has(const struct shape *s, enum prop p)
{
	return s->want[p / 64] >> p % 64 & 1;
}

/*
 * Reads m:ItemShape or m:AttachmentShape; list: for SyncFolderItems (1) or
 * FindItem (2). Never fails: errors are for the items to report.
 */
void shape_read(struct shape *, struct call *, xmlNode *, int list);
void shape_free(struct shape *);

/* One ExtendedFieldURI; 0 or -1 with a response code. */
int shape_read_ext(struct ext *, const xmlNode *, const char **code);
void shape_free_ext(struct ext *);

/* What the world keeps it as; false: it is of a type that no item has. */
bool shape_mapi(struct mapi *, const struct ext *);

/* Which property a FieldURI names; -1 when it is none of a mail's. */
int shape_prop(const char *uri);
/* The key under which the world keeps it, or NULL. */
const char *shape_kept(enum prop);

/* Folder properties, in the order of struct shape's folder[]. */
enum folder_prop {
	FP_PARENT,
	FP_CLASS,
	FP_NAME,
	FP_TOTAL,
	FP_CHILDREN,
	FP_RIGHTS,
	FP_WELL_KNOWN,
	FP_UNREAD
};

void shape_read_folder(struct shape *, struct call *, xmlNode *);

#endif
