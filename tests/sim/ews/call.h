/*
 * call.h - one SOAP request on its way through the simulator, and the
 * pieces of an answer.
 */
#ifndef SIM_CALL_H
#define SIM_CALL_H

#include <libxml/tree.h>

#include "ews/ident.h"
#include "ews/version.h"
#include "world/world.h"

#define NS_SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define NS_MESSAGES                                                            \
	"http://schemas.microsoft.com/exchange/services/2006/messages"
#define NS_TYPES  "http://schemas.microsoft.com/exchange/services/2006/types"
#define NS_ERRORS "http://schemas.microsoft.com/exchange/services/2006/errors"

struct fault;

struct call {
	/* the request */
	const struct account *account;
	const char *anchor; /* X-AnchorMailbox, or NULL */
	const char *cookie; /* mailbox in the routing cookie, or NULL */
	const char *body;
	size_t body_len;
	unsigned connection;
	bool resumed; /* the connection's TLS session is an older one */
	xmlDoc *doc;
	xmlNode *header, *op;
	const char *opname;
	char version[32]; /* as requested */
	enum level level;
	struct mailbox *mailbox; /* acted in; NULL: the account has none */
	bool impersonated;
	bool app_only; /* an application's token: it must impersonate */

	/* the answer */
	struct sb out;
	int status;
	char *type; /* Content-Type when it is not text/xml; freed */
	char *location, *retry_after; /* header fields, or NULL; freed */
	size_t *marks;                /* where each response message starts */
	size_t n_marks, cap_marks;
	bool envelope;    /* the envelope is open */
	bool broken;      /* a fault spoilt the answer: it is not validated */
	const char *code; /* of the Fault, for the log */

	/* the fault that applies to the whole request, or NULL */
	struct fault *fault;
	char *then;      /* a command, run when the answer is made; freed */
	int late_ms;     /* nothing was done: run it anew after that time */
	long late_by;    /* the fault that did that to it; 0: none. Set from the
			 * start when it is run anew */
	int delay_ms;    /* before the first byte of the answer */
	int64_t cut_at;  /* end the body here; -1: no */
	bool cut_hard;   /* with a reset */
	int bps;         /* 0: as fast as it goes */
	bool cut_coded;  /* the above are about the compressed answer */
	char coding[16]; /* sent so, though nobody asked; "": no */
	int64_t spoil_at; /* of the coded answer: this byte is wrong; -1: no */

	/* for the log: JSON texts without their brackets */
	size_t plain; /* length of the answer before it was coded */
	struct sb log_ids, log_shape, log_bodies;
	const struct folder *folder;
	unsigned messages, bodies;
};

/*
 * Runs the request; afterwards status and out hold the answer, unless late_ms
 * is set.
 */
void call_run(struct call *);
void call_free(struct call *);

/* Children by local name. NULL in, NULL out, for all of these. */
xmlNode *call_child(const xmlNode *, const char *name);
xmlNode *call_first(const xmlNode *); /* first child element */
xmlNode *call_next(const xmlNode *);  /* next sibling element */
bool call_is(const xmlNode *, const char *name);
/* The caller frees with xmlFree; NULL when absent. */
char *call_attr(const xmlNode *, const char *name);
char *call_text(const xmlNode *);
bool call_true(const xmlNode *parent, const char *child);
bool call_boolean(const char *); /* xs:boolean; NULL: false */

/*
 * The folder that a t:FolderId or t:DistinguishedFolderId means. NULL and a
 * response code when there is none or it may not be opened.
 */
struct folder *call_folder(struct call *, const xmlNode *, const char **code);
struct item *call_item(struct call *, const char *id, const char **code);
/* The same for an element of m:ItemIds; its ChangeKey must be readable. */
struct item *call_item_id(struct call *, const xmlNode *, const char **code);
/* The same for the id of an attachment, whose place in the item is told. */
struct item *call_attachment_id(
    struct call *, const char *id, struct att_path *, const char **code);
bool call_may_open(const struct call *, const struct mailbox *);

#endif
